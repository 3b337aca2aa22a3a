"""Queries of the library. Each has a fixed number of queries, however much is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet, TextField
from django.db.models.functions import Cast

from common.integers import parse_int
from library.enums import SnippetKind
from library.models import Snippet, Template
from library.starters import starters
from posts.compose import derive, other_script
from posts.enums import Category
from posts.models import Folder, Media, Post
from posts.queries import uses, with_cover, with_publications
from serbian.folding import fold
from serbian.glossary import EMPTY, Glossary
from serbian.sorting import sort_key

MOST_INSERTED = 30
MOST_SUGGESTED = 400
BY_CATEGORY = {value: place for place, value in enumerate(Category.values)}


# ---------------------------------------------------------------- templates


def templates(query: str = "", category: str = "") -> list[Template]:
    """The municipality's own and the built-in ones it has not changed, by purpose and name. One query."""
    own = list(Template.objects.filter(removed_at__isnull=True).select_related("updated_by"))
    replaced = {template.starter for template in own}
    matches = own + [_starter(key) for key in starters() if key not in replaced]
    terms = fold(query).split()
    matches = [template for template in matches if all(word in template.search_key for word in terms)]
    if category:
        matches = [template for template in matches if template.category == category]
    return sorted(matches, key=lambda template: (BY_CATEGORY.get(template.category, 99), sort_key(template.name)))


def _starter(key: str) -> Template:
    """A built-in template as a row that is not stored."""
    fields = starters()[key]
    return Template(starter=key, search_key=template_key(fields["name"], fields["about"], fields["content"]), **fields)


def template_key(name: str, about: str, content: Mapping[str, Any]) -> str:
    """The folded text in which a template is searched."""
    texts = [str(text.get("text", "")) for text in content.get("texts", {}).values()]
    return fold(" ".join([name, about, *texts]))


def template(ref: str) -> Template | None:
    """By its number, or by the key of a built-in one: then the municipality's own copy, if it has one."""
    rows = Template.objects.filter(removed_at__isnull=True).select_related("updated_by")
    number = parse_int(ref)
    if number is not None:
        return rows.filter(pk=number).first()
    if ref not in starters():
        return None
    return rows.filter(starter=ref).first() or _starter(ref)


# ---------------------------------------------------------------- snippets


def snippets(kind: str = "", query: str = "") -> QuerySet[Snippet]:
    """Those that contain all words of the query, in either script."""
    rows = Snippet.objects.filter(removed_at__isnull=True)
    if kind:
        rows = rows.filter(kind=kind)
    for word in fold(query).split():
        rows = rows.filter(search_key__contains=word)
    return rows.order_by("name", "pk")


def snippets_by_name(kind: str, query: str = "") -> list[Snippet]:
    """In Serbian alphabetical order. One query; there are never more than a few hundred."""
    return sorted(snippets(kind, query), key=lambda snippet: sort_key(snippet.name))


@dataclass(frozen=True)
class Insert:
    """A snippet as it would stand in a text of one language; `derived` from the other Serbian script."""

    pk: int
    name: str
    text: str
    is_hashtags: bool
    derived: bool


def inserts(tag: str, query: str = "", spellings: Glossary = EMPTY) -> list[Insert]:
    """What can be put into a text of the language `tag`, at most `MOST_INSERTED`; `spellings` are the municipality's.
    One query."""
    usable = [key for key in (tag, other_script(tag)) if key]
    rows = snippets(query=query).filter(texts__has_any_keys=usable).order_by("kind", "name", "pk")
    candidates = (_insert(row, tag, spellings) for row in rows[:MOST_INSERTED])
    return sorted(
        (insert for insert in candidates if insert.text), key=lambda insert: (insert.is_hashtags, sort_key(insert.name))
    )


def _insert(snippet: Snippet, tag: str, spellings: Glossary) -> Insert:
    text = _in_language(snippet.texts, tag, spellings)
    is_hashtags = snippet.kind == SnippetKind.HASHTAGS
    return Insert(snippet.pk, snippet.name, text, is_hashtags, derived=not snippet.texts.get(tag))


def _in_language(texts: Mapping[str, str], tag: str, spellings: Glossary) -> str:
    """As it is written, else derived from the other Serbian script, else empty."""
    source = texts.get(other_script(tag) or "", "")
    return texts.get(tag, "") or (derive(source, tag, spellings) if source else "")


@dataclass(frozen=True)
class Suggestion:
    """A template or snippet for the list that "/" opens in the composer, in the language of the text."""

    name: str
    text: str


def suggestions(tag: str, spellings: Glossary = EMPTY) -> list[Suggestion]:
    """Every template, then every snippet and set of hashtags that has words for the language `tag`; a Serbian script
    that is missing is derived. Placeholders stay as they are. Two queries."""
    usable = [key for key in (tag, other_script(tag)) if key]
    contents = [(row.name, _texts(row)) for row in templates()]
    rows = snippets().filter(texts__has_any_keys=usable)[:MOST_SUGGESTED]
    contents += [(row.name, row.texts) for row in sorted(rows, key=lambda row: (row.kind, sort_key(row.name)))]
    offered = (Suggestion(name, _in_language(texts, tag, spellings)) for name, texts in contents)
    return [suggestion for suggestion in offered if suggestion.text][:MOST_SUGGESTED]


def _texts(template: Template) -> dict[str, str]:
    return {tag: str(text.get("text", "")) for tag, text in template.content.get("texts", {}).items()}


# ---------------------------------------------------------------- pictures


@dataclass(frozen=True)
class Branch:
    """A folder with how many pictures it and those inside it hold; `level` 1 for one inside another."""

    folder: Folder
    count: int
    level: int

    @property
    def path(self) -> str:
        return f"{self.folder.parent.name} / {self.folder.name}" if self.folder.parent else self.folder.name


def folders() -> list[Branch]:
    """All folders, each followed by those inside it, by name. One query."""
    seen = Count("pictures", filter=Q(pictures__archived_at__isnull=True))
    rows = sorted(Folder.objects.select_related("parent").annotate(seen=seen), key=lambda folder: sort_key(folder.name))
    top = [row for row in rows if row.parent_id is None]
    inside: dict[int, list[Any]] = {}
    for row in rows:
        inside.setdefault(row.parent_id or 0, []).append(row)
    return [
        Branch(folder, folder.seen + sum(child.seen for child in inside.get(folder.pk, [])), level)
        for parent in top
        for level, folder in [(0, parent), *((1, child) for child in inside.get(parent.pk, []))]
    ]


NOWHERE = "none"


@dataclass(frozen=True)
class PictureFilters:
    """`folder`: an id, `NOWHERE` for those in no folder, empty for all. `query` in either script."""

    query: str = ""
    folder: str = ""
    children: bool = False
    archived: bool = False

    @property
    def narrowed(self) -> bool:
        return bool(self.query or self.folder or self.children or self.archived)


def pictures(filters: PictureFilters, branches: Sequence[Branch]) -> QuerySet[Media]:
    """Newest first; a folder shows also what lies in the folders inside it."""
    rows = Media.objects.filter(archived_at__isnull=not filters.archived)
    if filters.folder == NOWHERE:
        rows = rows.filter(folder__isnull=True)
    elif (chosen := parse_int(filters.folder)) is not None:
        within = [branch.folder.pk for branch in branches if chosen in (branch.folder.pk, branch.folder.parent_id)]
        rows = rows.filter(folder__in=within)
    if filters.children:
        rows = rows.filter(shows_children=True)
    for word in fold(filters.query).split():
        rows = rows.filter(search_key__contains=word)
    return rows.select_related("folder__parent").order_by("-pk")


def posts_with(media: Media, limit: int = 50) -> list[Post]:
    """Where a picture is used, last changed first, as cards show posts to readers of drafts. Two queries."""
    rows = uses(media).filter(deleted_at__isnull=True).select_related("author")
    return with_publications(with_cover(rows).order_by("-updated_at")[:limit])


def snippet_texts() -> QuerySet:
    """All languages of each snippet of the open scope, as one text. For `posts.coaching.published_phones`."""
    rows = Snippet.objects.filter(removed_at=None, kind=SnippetKind.TEXT).order_by()
    return rows.values_list(Cast("texts", TextField()), flat=True)
