"""What the mentor and the officer say to each other about drafts: at the words, on a picture, about the whole."""

import random
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from portal.demo.rows import insert
from portal.demo.texts import Planned, chance, citizens
from posts import anchors
from posts.domain.comment import comment, reply
from posts.domain.suggest import suggest
from posts.domain.thread import resolve
from posts.draft import parse
from posts.enums import Place
from posts.models import Comment, Post, Thread, Version
from posts.places import Where

if TYPE_CHECKING:
    from portal.demo.past import Town

TAG = "sr-Cyrl"
AT_THE_BEGINNING = "На телефону се пре „још“ види само ова реченица. Може ли у њој већ да пише кога се тиче и до када?"
ANSWER = "Хвала, @{name}! Мењам прву реченицу, датум стављам на почетак."
IN_THE_END = "Завршите нечим што читалац може одмах да уради."
INSTEAD = "Питања пишите у коментару, одговарамо радним данима до 15 часова."
ON_THE_PICTURE = "Исеците ближе овом делу: на телефону се иначе не види шта је на слици."
SETTLED = "Категорија и време су у реду, само проверите број канцеларије."
_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")


def past(town: "Town", frozen: Sequence[tuple[Post, Version]], rng: random.Random) -> None:
    """The mentor came with the training, and looks at about every fourth post; everything is settled by now."""
    looked = [
        (post, version)
        for post, version in frozen
        if rng.random() <= 0.25 and post.created_at.date() >= town.people.mentored_on
    ]
    threads = insert([_settled(town, post, version) for post, version in looked])
    _names, _comments, remarks = citizens()
    insert([_said(thread, town.people.mentor, rng.choice(remarks), thread.at) for thread in threads])


def _settled(town: "Town", post: Post, version: Version) -> Thread:
    thread = Thread(
        municipality=town.team.municipality, post=post, version=version, author=town.people.mentor,
        at=post.created_at + (post.updated_at - post.created_at) / 2,
        resolved_at=post.updated_at - timedelta(hours=1), resolved_by=town.team.officer,
    )  # fmt: skip
    text = parse(post.draft).texts[TAG].text
    first = anchors.at(text, *_sentences(text)[0])
    thread.place, thread.tag, thread.start, thread.end = Place.TEXT, TAG, first.start, first.end
    thread.quote, thread.before, thread.after = first.quote, first.before, first.after
    return thread


def _said(thread: Thread, author: Any, text: str, at: datetime) -> Comment:
    return Comment(municipality_id=thread.municipality_id, thread=thread, author=author, text=text, at=at)


def talk(post: Post, planned: Planned, *, officer: Any, mentor: Any) -> None:
    """A draft on which the work is going on, with the portal's own verbs."""
    draft = parse(post.draft)
    text = draft.texts[TAG].text
    sentences = _sentences(text)
    first = comment(post, AT_THE_BEGINNING, by=mentor, where=_words(text, *sentences[0]))
    reply(first, ANSWER.format(name=mentor.name), by=officer)
    end = text[slice(*sentences[-1])]
    suggest(post, f"{end} {INSTEAD}", where=_words(text, *sentences[-1]), by=mentor, text=IN_THE_END)
    if draft.media:
        where = Where(media=draft.media[0].id, box=(0.28, 0.22, 0.44, 0.5))
        comment(post, ON_THE_PICTURE, by=mentor, where=where)
    comment(post, chance("remark", planned.key).choice(citizens()[2]), by=mentor)
    resolve(comment(post, SETTLED, by=mentor), by=officer)


def _sentences(text: str) -> list[tuple[int, int]]:
    found = [(match.start(), match.end()) for match in _SENTENCE.finditer(text) if match[0].strip(" .!?")]
    return [(start + len(text[start:end]) - len(text[start:end].lstrip()), end) for start, end in found]


def _words(text: str, start: int, end: int) -> Where:
    return Where(TAG, None, start, end, text[start:end])
