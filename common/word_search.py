"""Search in a folded column (`serbian.fold`): words as they are typed, and other forms of the same words.

PostgreSQL's Snowball stemmer for Serbian gives the stem of a typed word: "voda" finds "vode" and "vodu", but not
"navodnjavanje". The stem is looked for in the column itself, at the beginning of a word and with a short ending, so
that the index of trigrams (`gin_trgm_ops`) serves both, and a write costs nothing more.
"""

import re

from django.db.models import BooleanField, Case, CharField, F, Func, IntegerField, Q, Value, When

from serbian.folding import fold

# Shorter words are found by their letters alone: whatever has another ending contains them.
SHORTEST_WORD = 4
# Stems of two letters begin too many words.
SHORTEST_STEM = 3
# The longest endings that a declension adds to a stem: rad-ovima is too rare to let in every word of ten letters.
LONGEST_ENDING = 3
_WORD = re.compile(rf"[a-z]{{{SHORTEST_WORD},40}}")


class _Forms(Func):
    """A regular expression for all forms of a word in small Latin letters; NULL where its stem is too short.

    PostgreSQL computes it once, while it plans the query: `ts_lexize` is immutable.
    """

    output_field = CharField()
    template = (
        f"('\\m' || substring((ts_lexize('serbian_stem', %(expressions)s))[1] from '.{{{SHORTEST_STEM},}}')"
        f" || '[a-z]{{0,{LONGEST_ENDING}}}\\M')"
    )


class _Matches(Func):
    output_field = BooleanField()
    template = "(%(expressions)s)"
    arg_joiner = " ~ "


def holds(typed: str, column: str = "search_key") -> Q:
    """A condition on rows whose `column` contains each typed word or another form of it; empty without words."""
    condition = Q()
    for word in fold(typed).split():
        one = Q(**{f"{column}__contains": word})
        if _WORD.fullmatch(word):
            one |= Q(_Matches(F(column), _Forms(Value(word))))
        condition &= one
    return condition


def begins_word(typed: str, column: str = "search_key") -> Case:
    """For `order_by`: 0 where each typed word, or a form of it, begins a word of `column`; 1 where one stands only
    inside of a word, as "vod" in "navodnjavanje"."""
    condition = Q()
    for word in fold(typed).split():
        # What is no letter or digit has no beginning of a word, and no meaning in the expression either.
        one = Q(_Matches(F(column), Value(rf"\m{word}"))) if word.isalnum() else Q(**{f"{column}__contains": word})
        if _WORD.fullmatch(word):
            one |= Q(_Matches(F(column), _Forms(Value(word))))
        condition &= one
    return Case(When(condition, then=Value(0)), default=Value(1), output_field=IntegerField())
