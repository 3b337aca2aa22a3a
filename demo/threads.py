"""Conversations of mentor and officer on drafts: on a passage, on a picture, on the whole post."""

import random
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from demo.municipality_context import MunicipalityContext
from demo.rows import insert, made_at, office_time
from demo.texts import Planned, chance, citizens
from municipalities.holidays import working_minutes
from posts.draft import Text, parse
from posts.editing import anchors
from posts.editing.domain.save import Content, Saved, save_draft
from posts.editing.domain.submit import submit
from posts.editing.thread_positions import ThreadPosition
from posts.enums import AnchorKind
from posts.models import Comment, Post, Thread, Version
from posts.queries import latest_version
from posts.review.domain.approve import send_back
from posts.review.domain.comment import comment, reply
from posts.review.domain.suggest import accept, suggest
from posts.review.domain.thread import resolve
from posts.rules import ResolvedTime

TAG = "sr-Cyrl"
SUBMITTED = 0.4
AT_THE_BEGINNING = "На телефону се пре „још“ види само ова реченица. Може ли у њој већ да пише кога се тиче и до када?"
ANSWER = "Хвала, @{name}! Мењам прву реченицу, датум стављам на почетак."
IN_THE_END = "Завршите нечим што читалац може одмах да уради."
INSTEAD = "Питања пишите у коментару, одговарамо радним данима до 15 часова."
ON_THE_PICTURE = "Исеците ближе овом делу: на телефону се иначе не види шта је на слици."
NOT_NEEDED = "Без ове реченице објава је краћа, а ништа важно не недостаје. Може ли да отпадне?"
LEFT_OUT = "Може, изостављена је."
BEGIN = "Почните оним што читалац треба да уради, па тек онда зашто."
ON_THE_EDGE = "Овај угао само одвлачи поглед. Исеците га, па ће се на телефону видети оно главно."
CAME_BACK = "Прођите прво кроз предлоге менторке: крај још никога ни на шта не позива."
SETTLED = "Категорија и време су у реду, само проверите број канцеларије."
# A full stop behind a figure belongs to a date: "до 10. децембра".
_SENTENCE = re.compile(r"\S.*?(?:[!?…]+|(?<!\d)\.|$)(?=\s|$)", re.MULTILINE)


def threads_of_published(
    context: MunicipalityContext, frozen: Sequence[tuple[Post, Version]], rng: random.Random
) -> None:
    """The mentor came with the training, and comments on about every fourth post; all threads are resolved by now."""
    looked = [
        (post, version)
        for post, version in frozen
        if rng.random() <= 0.25 and post.created_at.date() >= context.people.mentored_on
    ]
    threads = insert([_settled(context, post, version) for post, version in looked])
    _names, _comments, remarks = citizens()
    insert([_comment(thread, thread.author, rng.choice(remarks), thread.at) for thread in threads])


def _settled(context: MunicipalityContext, post: Post, version: Version) -> Thread:
    thread = Thread(
        municipality=context.team.municipality, post=post, version=version,
        author=context.people.mentor_of(context.team.municipality.slug, post.created_at.date()),
        at=moment(post, 0.6), resolved_at=moment(post, 0.9), resolved_by=context.team.officer,
    )  # fmt: skip
    text = parse(post.draft).texts[TAG].text
    first = anchors.anchor_at(text, *_sentences(text)[0])
    thread.place, thread.tag, thread.start, thread.end = AnchorKind.TEXT, TAG, first.start, first.end
    thread.quote, thread.before, thread.after = first.quote, first.before, first.after
    return thread


def _comment(thread: Thread, author: Any, text: str, at: datetime) -> Comment:
    return Comment(municipality_id=thread.municipality_id, thread=thread, author=author, text=text, at=at)


def talk(post: Post, planned: Planned, *, officer: Any, mentor: Any, last: datetime) -> None:
    """A draft on which the work is going on, with the portal's own verbs; the officer has the last word."""
    draft = parse(post.draft)
    text = draft.texts[TAG].text
    sentences = _sentences(text)
    with made_at(last - timedelta(hours=2)):
        first = comment(post, AT_THE_BEGINNING, by=mentor, where=_anchor(text, *sentences[0]))
        end = text[slice(*sentences[-1])]
        suggest(post, f"{end} {INSTEAD}", where=_anchor(text, *sentences[-1]), by=mentor, text=IN_THE_END)
        if draft.media:
            where = ThreadPosition(media=draft.media[0].id, box=(0.28, 0.22, 0.44, 0.5))
            comment(post, ON_THE_PICTURE, by=mentor, where=where)
        comment(post, chance("remark", planned.key).choice(citizens()[2]), by=mentor)
        settled = comment(post, SETTLED, by=mentor)
    with made_at(last):
        reply(first, ANSWER.format(name=mentor.name), by=officer)
        resolve(settled, by=officer)


def rework(post: Post, context: MunicipalityContext, time: ResolvedTime, *, last: datetime) -> None:
    """Came back once and was worked over: the mentor's words are in it, a sentence is gone, it waits again."""
    officer, mentor, approver = context.team.officer, context.people.mentor, context.team.approver
    draft = parse(post.draft)
    text = draft.texts[TAG].text
    sentences = _sentences(text)
    with made_at(last - timedelta(hours=3)):
        post = submit(post, by=officer)
        deleted = comment(post, NOT_NEEDED, by=mentor, where=_anchor(text, *sentences[1]))
        end = text[slice(*sentences[-1])]
        better = suggest(post, f"{end} {INSTEAD}", where=_anchor(text, *sentences[-1]), by=mentor, text=IN_THE_END)
        if draft.media:
            seen = ThreadPosition(media=draft.media[0].id, box=(0.05, 0.6, 0.4, 0.35))
            resolve(comment(post, ON_THE_EDGE, by=mentor, where=seen), by=officer)
        comment(post, BEGIN, by=mentor, where=_anchor(text, *sentences[0]))
        version = latest_version(post)
        assert version is not None
        send_back(post, version, by=approver, note=CAME_BACK)
    with made_at(last):
        reply(deleted, LEFT_OUT, by=officer)
        post = accept(post, [better.pk], by=officer).version.post
        now = parse(post.draft)
        shorter = now.texts[TAG].text.replace(text[slice(*sentences[1])], "")
        shorter = "\n".join(" ".join(line.split()) for line in shorter.strip().split("\n"))
        without = replace(now, texts={**now.texts, TAG: Text(shorter)})
        saved = save_draft(post, Content(without, post.title, post.category, time), revision=post.revision, by=officer)
        assert isinstance(saved, Saved)  # no concurrent edits
        submit(saved.post, by=officer)


def is_long(text: str) -> bool:
    """Whether a sentence can be spared between the first and the last."""
    return len(_sentences(text)) > 2


def moment(post: Post, share: float) -> datetime:
    """On the way from the first word (0) to the approval (1). It is submitted at `SUBMITTED`."""
    return office_time(post.created_at, int(working_minutes(post.created_at, post.updated_at) * share))


def _sentences(text: str) -> list[tuple[int, int]]:
    return [match.span() for match in _SENTENCE.finditer(text) if match[0].strip(" .!?")]


def _anchor(text: str, start: int, end: int) -> ThreadPosition:
    return ThreadPosition(TAG, None, start, end, text[start:end])
