"""Search in a folded column (`serbian.fold`): words as they are typed, and other forms of the same words.

PostgreSQL's Snowball stemmer for Serbian gives the stem of a typed word: "voda" finds "vode" and "vodu", but not
"navodnjavanje". The stem is looked for in the column itself, at the beginning of a word and with a short ending, so
that the index of trigrams (`gin_trgm_ops`) serves both, and a write costs nothing more.
"""

import re
from collections.abc import Collection
from typing import Any

from django.db import connection
from django.db.models import BooleanField, Case, Expression, F, Func, IntegerField, Q, TextField, Value, When
from django.db.models.functions import Concat
from django.db.models.lookups import Exact

from serbian.folding import fold

# The longest endings that a declension adds to a stem: rad-ovima is too rare to let in every word of ten letters.
LONGEST_ENDING = 3
# Many other words hold one so short: "vod" is in "navodnjavanje", "voda" in "zavoda".
LONGEST_FRAGMENT = 4
_WORD = re.compile(r"[a-z]{4,40}")


class _Stem(Expression):
    """The stem of a folded word; the word itself where the stem has two letters or does not begin it.

    All of it is immutable: PostgreSQL computes it once, while it plans the query, and uses indexes as for a constant.
    """

    output_field = TextField()
    template = (
        "CASE WHEN starts_with(%s, substring((ts_lexize('serbian_stem', %s))[1] from '.{3,}')) "
        "THEN (ts_lexize('serbian_stem', %s))[1] ELSE %s END"
    )

    def __init__(self, word: str) -> None:
        super().__init__()
        self.word = word

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[str | int, ...]]:
        return self.template, (self.word,) * 4


class _Matches(Func):
    output_field = BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = " ~ "


def _beginning(word: str) -> Any:
    return _Stem(word) if _WORD.fullmatch(word) else Value(word)


def stems(words: Collection[str]) -> dict[str, str]:
    """The stem of each folded word, the word itself where it has none. One query, none without words."""
    if not words:
        return {}
    stem = _Stem.template % (("word",) * 4)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT word, {stem} FROM unnest(%s::text[]) AS word", [sorted(words)])  # noqa: S608
        found = dict(cursor.fetchall())
    return {word: found[word] if _WORD.fullmatch(word) else word for word in words}


def is_form(word: str, typed: str, stem: str) -> bool:
    """Whether a folded `word` is a typed one or another form of it; `stem` is of `stems`."""
    if word == typed:
        return True
    return word.startswith(stem) and len(word) - len(stem) <= LONGEST_ENDING and bool(_WORD.fullmatch(typed))


def holds(typed: str, column: str = "search_key") -> Q:
    """A condition on rows whose `column` contains each typed word or another form of it; empty without words."""
    condition = Q()
    for word in fold(typed).split():
        literal = Q(**{f"{column}__contains": word})
        if not _WORD.fullmatch(word):
            condition &= literal
            continue
        # The first part is for the index: behind a policy, only LIKE becomes a condition of one. The second is no
        # condition at all for a word that is its own stem.
        form = Concat(Value(r"\m"), _Stem(word), Value(rf"[a-z]{{0,{LONGEST_ENDING}}}\M"), output_field=TextField())
        condition &= Q(**{f"{column}__contains": _Stem(word)})
        condition &= Q(Exact(_Stem(word), Value(word))) | literal | Q(_Matches(F(column), form))
    return condition


def is_fragment(typed: str) -> bool:
    """Whether a typed word is so short that the order of what it finds matters: see `begins_word`."""
    return any(len(word) <= LONGEST_FRAGMENT for word in fold(typed).split())


def begins_word(typed: str, column: str = "search_key") -> Case:
    """For `order_by`: 0 where the stem of each typed word begins a word of `column`; 1 where one stands only inside of
    a word, or after a sign. For fragments only: it reads the column of every row that the search finds."""
    condition = Q()
    for word in map(_beginning, fold(typed).split()):
        one = Q(**{f"{column}__startswith": word})
        for before in (" ", "\n"):
            one |= Q(**{f"{column}__contains": Concat(Value(before), word, output_field=TextField())})
        condition &= one
    return Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())
