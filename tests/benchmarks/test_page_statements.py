"""The statements of pages across municipalities, of reviews, kits, the inbox and notifications answer as the ORM does:
for everybody and in several places, on the data of `make bench` in small."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from datetime import datetime, timedelta
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest

from django.utils import timezone

from accounts.models import User
from analytics.comparison.queries import comparison
from benchmarks import seed
from common.prepared import PreparedRows, array
from inbox.models import Conversation, ExternalReply, Message, Note
from inbox.queries import answering, listing, message_context, neighbours, thread
from inbox.queries.message_context import _Alike
from inbox.queries.readable import readable, reads_private
from kits import queries as kits
from kits.models import Kit
from links.queries import since_last_week
from mentoring.models import Absence, Criterion
from mentoring.queries import desk, people, progress, response
from municipalities import queries as municipalities
from municipalities.models import Municipality, Programme
from municipalities.queries import Access, access, today
from municipalities.tenancy import OutOfScope, everywhere, scope
from notifications import queries as notifications
from portal import context
from posts import queries as posts
from posts.enums import AmendmentKind, AmendmentState
from posts.models import Amendment, Post, Seen, Suggestion, Thread
from tests.database import owner_rights
from tests.posts.test_page_statements import everything

THINNED = 200


class Filled:
    """The benchmark's people and municipalities, with a person and a programme that have nothing to do with them."""

    def __init__(self, made: seed.People) -> None:
        self.home = Municipality.objects.get(slug=seed.HOME)
        self.other = Municipality.objects.exclude(pk=self.home.pk).order_by("pk")[0]
        self.apart = Municipality.objects.exclude(pk=self.home.pk).order_by("-pk")[0]
        self.officer, self.staff, self.mentor = made.officer, made.staff, made.mentor
        self.stranger = User.objects.create(email="stranger@test.example", name="Stranger")
        self.programme = Programme.objects.get()
        self.empty = Programme.objects.create(name="Another programme")
        self.empty.staff.add(made.officer)

    @property
    def everybody(self) -> list[User]:
        return [self.officer, self.staff, self.mentor, self.stranger]

    @property
    def programmes(self) -> list[list[Programme]]:
        return [[], [self.empty], [self.programme], [self.programme, self.empty]]

    @property
    def places(self) -> list[list[Municipality]]:
        return [[], [self.home], [self.home, self.other], [self.apart], list(Municipality.objects.all())]


@pytest.fixture
def filled(db: None) -> Filled:
    with everywhere("a small benchmark"), owner_rights():
        Criterion.objects.create(key="clear", texts={})
        filled = Filled(seed.fill(THINNED))
        talked = Thread.objects.filter(municipality=filled.home).order_by("pk")[0]
        Suggestion.objects.create(municipality=filled.home, thread=talked, replacement="Свако.")
        Seen.objects.create(municipality=filled.home, post=talked.post, user=filled.mentor, at=timezone.now())
        Amendment.objects.create(
            municipality=filled.home, post=talked.post, kind=AmendmentKind.REMOVAL, state=AmendmentState.OPEN,
            reason="Погрешна слика", by=filled.officer,
        )  # fmt: skip
    Municipality.objects.filter(pk=filled.apart.pk).update(is_practice=True)
    Absence.objects.create(mentor=filled.mentor, starts_on=today(), ends_on=today())
    Absence.objects.create(mentor=filled.mentor, starts_on=today(), ends_on=today(), withdrawn_at=timezone.now())
    return filled


def same(statement: Any, places: Iterable[Municipality] | None = None, **given: Any) -> list[Any]:
    """The rows, after they were compared with those of the ORM. `places`: of a statement about several of them."""
    ids = None if places is None else [place.pk for place in places]
    several = {} if ids is None else {"municipalities": ids}
    with scope(*ids) if ids is not None else nullcontext():
        markers = {**given, **({} if ids is None else {"municipalities": array(ids)})}
        if "municipality" in given:
            assert ids is None
        orm = list(statement.make(SimpleNamespace(**markers)))
        if isinstance(statement, PreparedRows):
            for read in (statement.instances, statement.shared_instances):
                rows = read(**given, **several)
                assert in_order(map(everything, rows)) == in_order(map(everything, orm))
            return rows
        rows = statement.rows(**given, **several)
        assert in_order(rows) == in_order(orm)
        return rows


def in_order(rows: Iterable[Any]) -> list[str]:
    return sorted(map(str, map(with_sorted_names, rows)))


def with_sorted_names(value: Any) -> Any:
    return {name: with_sorted_names(value[name]) for name in sorted(value)} if isinstance(value, dict) else value


def of_the_mentors_pages(filled: Filled) -> None:
    since, now, on = timezone.now() - timedelta(days=90), timezone.now(), today()
    amounts: dict[str, set[int]] = {}
    for person in filled.everybody:
        amounts.setdefault("pairings", set()).add(len(same(people.OWN_PAIRINGS, mentor=person.pk)))
        for places in filled.places:
            mentors = array([person.pk])
            for name, statement in {
                "decisions": response.DECISIONS, "feedback": response.FEEDBACK,
            }.items():  # fmt: skip
                rows = same(statement, places, mentors=mentors, since=since)
                amounts.setdefault(name, set()).add(len(rows))
            with scope(*places):
                comments = response.COMMENTS.rows(
                    municipalities=[place.pk for place in places], mentors=mentors, since=since
                )
                markers = SimpleNamespace(
                    municipalities=array(place.pk for place in places), mentors=mentors, since=since
                )
                orm = list(response.COMMENTS.make(markers))
            without_json = [[row[:3] + row[4:] for row in answer] for answer in (comments, orm)]
            assert in_order(without_json[0]) == in_order(without_json[1])
            amounts.setdefault("comments", set()).add(len(comments))
            queue = same(desk.QUEUE, places, mentor=person.pk, now=now)
            amounts.setdefault("queue", set()).add(len(queue))
            shown = same(desk.POSTS, places, posts=array(row[0] for row in queue[:5]))
            assert len(shown) == min(5, len(queue))
    assert len(same(response.ABSENCES, mentors=array([filled.mentor.pk]), day=on)) == 1
    assert same(response.ABSENCES, mentors=array([filled.staff.pk]), day=on) == []
    assert all(len(some) > 1 for some in amounts.values()), amounts


def of_the_programmes_pages(filled: Filled) -> None:
    on, since = today(), progress._since(progress.weeks(today()))
    for programmes in filled.programmes:
        ids = array(programme.pk for programme in programmes)
        is_empty = filled.programme not in programmes
        for statement in (people.PAIRINGS_OF, progress.ENROLMENTS, kits.COMPARABLE, kits.TAKING_PART):
            assert (same(statement, programmes=ids, today=on) == []) == is_empty
        for with_practice in (True, False):
            part = same(comparison.enrolled(with_practice=with_practice), programmes=ids, today=on)
            assert len(part) == (0 if is_empty else seed.MUNICIPALITIES - (not with_practice))
        assert (same(kits.KITS, programmes=ids) == []) == is_empty
        for kit in Kit.objects.order_by("pk")[:2]:
            assert (same(kits.KIT, programmes=ids, pk=kit.pk) == []) == is_empty
            assert same(kits.PARTS, kit=kit.pk)
    levels, adopted = set(), set()
    for places in filled.places:
        levels.add(len(rounded(progress.LEVELS, places, since)))
        same(progress.POSTS, places, since=since)
        adopted.add(len(same(kits.ADOPTED, places)))
        for kit in Kit.objects.order_by("pk")[:2]:
            same(kits.ADOPTIONS, places, kit=kit.pk)
    assert len(levels) > 1 < len(adopted)
    for person in filled.everybody:
        now = timezone.now()
        assert len(same(municipalities.RUN_BY, user=person.pk, now=now)) == (person in (filled.staff, filled.officer))
        assert len(same(context.RUN, user=person.pk)) == (person in (filled.staff, filled.officer))
    for place in (filled.home, filled.other):
        assert same(municipalities.MEMBERS, place=place.pk)


def rounded(statement: Any, places: list[Municipality], since: Any) -> list[Any]:
    """Means are numbers of the driver there, and of Python here."""
    ids = [place.pk for place in places]
    with scope(*ids):
        rows = statement.rows(municipalities=ids, since=since)
        orm = list(statement.make(SimpleNamespace(municipalities=array(ids), since=since)))
    assert in_order((*row[:2], round(float(row[2]), 9), row[3]) for row in rows) == in_order(
        (*row[:2], round(float(row[2]), 9), row[3]) for row in orm
    )
    return rows


def of_a_review(filled: Filled) -> None:
    with scope(filled.home):
        talked = Thread.objects.order_by("pk")[0].post
        chosen = [talked, *Post.objects.exclude(pk=talked.pk).order_by("pk")[:2]]
        amounts = []
        for post in chosen:
            given: dict[str, Any] = {"municipality": filled.home.pk, "post": post.pk}
            for person in filled.everybody:
                days: dict[str, Any] = {"today": today(), "last_week": since_last_week()}
                (shown,) = same(posts.FOR_REVIEW, reader=person.pk, **days, **given)
                assert shown.has_looked == (person == filled.mentor and post == talked)
                amounts.append(len(same(posts.COMMENTS_OF_POST, reader=person.pk, **given)))
            same(posts.DECISIONS_OF_POST, **given)
            assert same(posts.PUBLICATIONS_OF_POST, **given)
            assert len(same(posts.AMENDMENTS_OF_POST, **given)) == (post == talked)
        assert len(set(amounts)) > 1
    with scope(filled.other):
        given = {"municipality": filled.other.pk, "post": talked.pk}
        for statement in (posts.DECISIONS_OF_POST, posts.PUBLICATIONS_OF_POST, posts.AMENDMENTS_OF_POST):
            assert same(statement, **given) == []
        with pytest.raises(OutOfScope):
            posts.DECISIONS_OF_POST.instances(municipality=filled.home.pk, post=talked.pk)


def of_the_inbox(filled: Filled) -> None:
    now = timezone.now()
    for place in (filled.home, filled.apart):
        with scope(place):
            message = Message.objects.order_by("pk").first()
            if message:
                here = {"municipality": place, "channel": message.channel}
                talk = Conversation.objects.create(**here, remote_id="talk", author_name="Мира")
                Message.objects.filter(pk=message.pk).update(assignee=filled.officer, conversation=talk)
                message.refresh_from_db()
                Note.objects.create(municipality=place, message=message, text="Белешка", by=filled.officer)
                ExternalReply.objects.create(
                    municipality=place, conversation=talk, remote_id="e", text="Одговор", at=now, received_at=now
                )
            same(neighbours.TABLES, municipality=place.pk)
            same(answering.SAVED_ANSWERS, municipality=place.pk)
            same(answering.SERVICES, municipality=place.pk)
            some = array(Message.objects.order_by("pk").values_list("pk", flat=True)[:50])
            same(thread.REPLIES, municipality=place.pk, messages=some)
            for column, statement in (("conversations", listing.FOLLOW_UPS), ("groups", listing.ALIKE)):
                name = {"conversations": "conversation", "groups": "similar_group"}[column]
                named = Message.objects.exclude(**{name: None}).order_by().values_list(name, flat=True).distinct()
                same(statement, municipality=place.pk, **{column: array(named)})
            posts_of = Message.objects.exclude(publication=None).order_by().values_list("publication", flat=True)
            for private in (False, True):
                given = {"municipality": place.pk, "posts": array(posts_of)}
                same(listing.sizes_of_threads(with_private=private), **given)
            for person in filled.everybody:
                held = access(person, place)
                may_read, private = readable(held), reads_private(held)
                statement = listing.open_counts(with_private=private)
                (counted,) = same(statement, municipality=place.pk, person=person.pk, now=now)
                counts = listing.counts(person, now, held)
                for name, count in zip(listing.COUNTED, counted, strict=True):
                    rows = Message.objects.filter(listing.in_view(name, person, now) & listing.HEADS & may_read)
                    assert count == counts[name] == rows.count()
                for view in listing.VIEWS:
                    values = {"person": person.pk, "now": now}
                    given = {name: values[name] for name in listing.markers_of(view)}
                    prepared = listing.first_ids(view, with_private=private)
                    ids = [pk for (pk,) in prepared.rows(municipality=place.pk, **given)]
                    queried = listing.filtered_messages(listing.MessageFilters(view), person, now, held)
                    assert ids == [row.pk for row in queried[: listing.MOST]]
                    some = [*reversed(ids[:40]), *Message.objects.order_by("pk").values_list("pk", flat=True)[:5]]
                    rows = same(listing.rows_by_id(with_private=private), municipality=place.pk, messages=array(some))
                    listed = listing.listed_messages(dict.fromkeys(some), held)
                    assert [row.pk for row in listed] == [
                        pk for pk in dict.fromkeys(some) if pk in {r.pk for r in rows}
                    ]


def of_a_message(message: Message, person: Any, now: datetime, held: Access) -> None:
    place, private = message.municipality_id, reads_private(held)
    conversation = message.conversation_id or 0
    assert len(same(thread.one_message(with_private=private), municipality=place, message=message.pk)) == 1
    same(thread.newest_of_conversation(with_private=private), municipality=place, conversation=conversation)
    for alike in (None, *(_Alike(*shape) for shape in product((False, True), repeat=2))):
        given: dict[str, Any] = {"channel": message.channel_id, "group": 1} if alike else {}
        given |= {"publication": message.publication_id or 0} if alike and alike.is_below_post else {}
        for of_conversation in (False, True):
            more = {"shown": array([message.pk]), "since": message.at} if of_conversation else {}
            statement = message_context.everything_of(of_conversation=of_conversation, alike=alike)
            every = {"municipality": place, "message": message.pk, **given, **more}
            ((others, *packed),) = statement.rows(**every)
            ((others_by_orm, *by_orm),) = statement.make(SimpleNamespace(**every))
            assert others == others_by_orm
            assert [[json.loads(row) for row in part] for part in packed] == by_orm
    for view, is_urgent, has_deadline in product(listing.VIEWS, (False, True), (False, True)):
        if has_deadline and view in listing.SETTLED:
            continue
        steps = neighbours.steps_and_tables(view, with_private=private, is_urgent=is_urgent, has_deadline=has_deadline)
        values = {"person": person.pk, "now": now, "due": now}
        markers = [*listing.markers_of(view), *(["due"] if has_deadline else [])]
        given = {name: values[name] for name in markers}
        same(steps, municipality=place, message=message.pk, at=message.at, **given)


def of_notifications(filled: Filled) -> None:
    for some in ([], [filled.officer], filled.everybody):
        ids = array(person.pk for person in some)
        for statement in (notifications.AS_MEMBER, notifications.AS_MENTOR, notifications.AS_STAFF):
            day: dict[str, Any] = {} if statement is notifications.AS_MEMBER else {"today": today()}
            same(statement, people=ids, **day)
    roles = notifications.roles_of(filled.everybody)
    assert roles[filled.mentor.pk, filled.home.pk] == {"mentor"}
    assert roles[filled.staff.pk, filled.home.pk] == {"approver", "staff"}
    assert (filled.stranger.pk, filled.home.pk) not in roles


PAGES: tuple[Callable[[Filled], None], ...] = (
    of_the_mentors_pages, of_the_programmes_pages, of_a_review, of_the_inbox, of_notifications,
)  # fmt: skip


@pytest.mark.slow
def test_the_statements_of_pages_answer_as_the_orm_does(filled: Filled, subtests: pytest.Subtests) -> None:
    """One test: to fill the database takes longer than to compare."""
    for page in PAGES:
        with subtests.test(page=page.__name__):
            page(filled)
