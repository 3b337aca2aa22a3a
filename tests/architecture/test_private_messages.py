"""Private messages are read by whom the municipality names, and are not there for anybody else.

That no page at all shows their words to others is part of the walk of every address as every role
(`test_urls._what_roles_get_wrongly`). Here: the private messages' own addresses, every list and search that could name
them, the archive, and who has the right when.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from administration.domain import exports
from administration.models import Export
from common.models import AuditEvent, MailMessage
from inbox.domain import staff_notifications, triage
from inbox.domain.apply_rules import apply_rules
from inbox.models import Message, SortingRule
from municipalities.domain import members, private_readers
from municipalities.enums import Role
from municipalities.models import Membership, PrivateReader
from municipalities.rules import TABLE, Verb
from municipalities.tenancy import everywhere, scope
from notifications.models import Notification
from tests.architecture import private_messages
from tests.architecture.private_messages import MARKER, PrivateMessages, holds_marker
from tests.architecture.test_urls import LET_IN, OBJECTS, OURS, Things, make
from tests.cases import undone
from tests.people import Cast, named_reader, person, sign_in

# In an address, what belongs to one private message.
OWN = (
    "inbox/message", "files/attachment", "same-person/merge", "proposed/proposed", "asked/handover",
    "moderation/moderation",
)  # fmt: skip
ADDRESSES = [address for address in OURS if set(address.objects) & set(OWN)]
OTHERS = ("officer", "viewer", "mentor", "staff", "administrator", "trainer", "stranger")


@pytest.fixture
def things(cast: Cast) -> Things:
    return make(cast)


@pytest.fixture
def private(cast: Cast, things: Things) -> PrivateMessages:
    return private_messages.make(cast, things.channel, things.publication)


def own_path(address: Any, things: Things, private: PrivateMessages) -> str:
    parts = address.route.split("/")
    values = iter(address.objects)
    names = [next(values) if part.startswith("<") else "" for part in parts]
    return "/" + "/".join(
        part if not name else str(private.ids[name] if name in OWN else OBJECTS[name](things))
        for part, name in zip(parts, names, strict=True)
    )


def opened(client: Client, path: str) -> Any:
    response = client.get(path)
    return client.post(path, {}) if response.status_code == 405 else response


@pytest.mark.parametrize("role", OTHERS)
def test_its_own_addresses_are_not_there_for_others(
    cast: Cast, things: Things, private: PrivateMessages, role: str
) -> None:
    client, wrong = sign_in(getattr(cast, role)), []
    for address in ADDRESSES:
        path = own_path(address, things, private)
        response = opened(client, path)
        may = getattr(address.permission, "verb", None) in TABLE.get(role, ())
        if response.status_code not in ((404,) if may else (403, 404)) or holds_marker(response):
            wrong.append(f"{path}: {response.status_code}")
    assert len(ADDRESSES) > 20
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("is_named", [True, False])
def test_they_open_for_the_approver_and_for_an_officer_who_is_named(
    cast: Cast, things: Things, private: PrivateMessages, is_named: bool
) -> None:
    if is_named:
        named_reader(cast)
    client = sign_in(cast.officer if is_named else cast.approver)
    # Before anything is done with it: each of these shows its words.
    for path in (f"{private.message}/", f"{private.message}/ask/", "", "proposed/"):
        assert holds_marker(client.get(f"/m/cuprija/inbox/{path}")), path
    wrong = []
    for address in ADDRESSES:
        verb = getattr(address.permission, "verb", None)
        if verb not in TABLE["officer" if is_named else "approver"]:
            continue
        with undone():  # one of them erases everything
            response = opened(client, own_path(address, things, private))
        if response.status_code not in LET_IN:
            wrong.append(f"{address.route}: {response.status_code}")
    assert not wrong, "\n".join(wrong)


LISTS = (
    "", "inbox/", "inbox/?q=осветљењу", "inbox/?readers=private", "inbox/?view=late", "inbox/?view=mine",
    "inbox/?view=answered", "inbox/?kind=unlawful", "inbox/moderation/?view=unlawful", "inbox/moderation/?view=second",
    "inbox/moderation/?view=under_way", "inbox/proposed/", "inbox/satisfaction/",
    "inbox/changes/?shown={message}", "inbox/changes/?since=0",
    "needs/gather/?message={message}", "needs/", "needs/{need}/", "posts/{post}/", "deliveries/",
    "deliveries/{delivery}/", "activity/", "inbox/{public}/", "inbox/{public}/alike/", "settings/deciding/",
)  # fmt: skip


@pytest.mark.parametrize("role", ["approver", *OTHERS[:5]])
def test_no_list_names_them_to_others(cast: Cast, things: Things, private: PrivateMessages, role: str) -> None:
    public = OBJECTS["inbox/message"](things)
    with scope(cast.cuprija):
        Message.objects.filter(pk=public).update(publication=things.publication, similar_group=1)
    facts = {
        "message": private.message, "need": private.ids["needs/need"], "delivery": private.ids["deliveries/pk"],
        "post": things.publication.post_id, "public": public,
    }  # fmt: skip
    client, shown = sign_in(getattr(cast, role)), set()
    for path in LISTS:
        if holds_marker(client.get(f"/m/cuprija/{path.format(**facts)}")):
            shown.add(path)
    if role == "approver":
        assert shown >= {
            "inbox/",
            "inbox/satisfaction/",
            "inbox/?q=осветљењу",
            "inbox/moderation/?view=unlawful",
            "inbox/proposed/",
        }
    else:
        assert not shown


def test_counts_are_those_of_what_one_may_read(cast: Cast, things: Things, private: PrivateMessages) -> None:
    def counts(user: Any) -> tuple[int, int, int]:
        page = sign_in(user).get("/m/cuprija/inbox/")
        return page.context["page"].paginator.count, page.context["views"][0]["count"], page.context["inbox_waits"].open

    assert counts(cast.approver) == (2, 2, 2)
    assert counts(cast.officer) == (0, 0, 0)
    named_reader(cast)
    assert counts(cast.officer) == (2, 2, 2)


def test_bulk_acts_and_needs_leave_them_out(cast: Cast, things: Things, private: PrivateMessages) -> None:
    client = sign_in(cast.officer)
    client.post("/m/cuprija/inbox/several/", {"message": private.ids["unlawful"], "act": "close"})
    client.post("/m/cuprija/needs/gather/", {"message": private.ids["answered"], "need": private.ids["needs/need"]})
    with scope(cast.cuprija):
        assert Message.objects.get(pk=private.ids["unlawful"]).state == "open"
        assert not hasattr(Message.objects.get(pk=private.ids["answered"]), "supporter")


def test_a_rule_is_tried_only_on_what_one_may_read(cast: Cast, things: Things, private: PrivateMessages) -> None:
    form = {"words": "осветљењу", "set_urgent": "on", "try": "1"}
    for user, shows in ((cast.officer, False), (cast.approver, True)):
        response = sign_in(user).post("/m/cuprija/inbox/rules/new/", form)
        assert response.status_code == 200, response.context["form"].errors
        assert bool(response.context["trial"].examples) == shows
        assert holds_marker(response) == shows


def test_a_rule_assigns_one_only_to_who_may_read_it(cast: Cast, things: Things) -> None:
    def assigned(visibility: str) -> Any:
        now = timezone.now()
        row = Message(
            municipality=cast.cuprija, channel=things.channel, remote_id=visibility, text="Вода", at=now,
            visibility=visibility, received_at=now, counts_from=now, author_id="1",
        )  # fmt: skip
        apply_rules(things.channel, [row])
        return row.assignee_id

    with scope(cast.cuprija):
        SortingRule.objects.create(
            municipality=cast.cuprija, name="Вода", words="вода", set_assignee=cast.officer, by=cast.approver
        )
        assert (assigned("public"), assigned("direct"), assigned("")) == (cast.officer.pk, None, None)
        named_reader(cast)
        assert assigned("direct") == cast.officer.pk


# ---- the archive of everything


def archive_of(cast: Cast, user: Any) -> dict[str, str]:
    """The archive that `user` asked for, as text by file."""
    with scope(cast.cuprija):
        Export.objects.all().delete()
        export = exports.ask(cast.cuprija, by=user)
        row = exports.claim(export.pk)
        assert row is not None
        exports.make(row)
    response = sign_in(user).get(reverse("export_download", args=["cuprija", export.pk]))
    assert response.status_code == 200
    with zipfile.ZipFile(io.BytesIO(b"".join(response.streaming_content))) as archive:
        return {name: private_messages.text_of(archive.read(name)) for name in archive.namelist()}


def test_the_archive_has_them_only_for_who_may_read_them(
    cast: Cast, things: Things, private: PrivateMessages, tmp_path: Any, settings: Any
) -> None:
    settings.EXPORTS_ROOT = tmp_path
    texts = archive_of(cast, cast.approver)
    marked = {name for name, text in texts.items() if MARKER in text.casefold()}
    assert marked >= {"messages.json", "answers-elsewhere.json", "moderation.json"}
    assert any(name.startswith("attachments/") for name in marked)
    texts = archive_of(cast, cast.administrator)
    assert {name for name, text in texts.items() if MARKER in f"{name} {text}".casefold()} == set()


# ---- notifications


def test_only_who_may_read_them_is_notified_and_never_of_words(cast: Cast, things: Things) -> None:
    private_messages.make(cast, things.channel, things.publication)
    with everywhere("test"):
        Notification.objects.all().delete()
    staff_notifications.send_due(timezone.now().replace(hour=7, minute=30))
    with everywhere("test"):
        rows = list(Notification.objects.all())
        assert {row.user_id for row in rows} == {cast.approver.pk}
        assert MARKER not in " ".join(f"{row.subject} {row.body}" for row in rows).casefold()
        assert MARKER not in " ".join(f"{mail.subject} {mail.body}" for mail in MailMessage.objects.all()).casefold()


def test_one_is_assigned_only_to_who_may_read_it(cast: Cast, things: Things, private: PrivateMessages) -> None:
    client, path = sign_in(cast.approver), f"/m/cuprija/inbox/{private.message}/"
    refused = client.post(f"{path}assign/", {"assignee": cast.officer.pk})
    assert refused.status_code == 422
    assert "does not read private messages" in refused.text
    reader = named_reader(cast)
    assert client.post(f"{path}assign/", {"assignee": cast.officer.pk}).status_code == 302
    with scope(cast.cuprija):
        assert Message.objects.get(pk=private.message).assignee == cast.officer
    private_readers.end(reader, by=cast.approver)
    with scope(cast.cuprija):
        assert Message.objects.get(pk=private.message).assignee is None


# ---- the right


def test_every_role_that_reads_of_people_or_takes_all_along_for_people_reads_private_messages() -> None:
    """What is held of a citizen holds their private words, too: the two rights go together."""
    for verbs in TABLE.values():
        assert (Verb.INBOX_PEOPLE in verbs) <= (Verb.INBOX_PRIVATE in verbs)
    assert {role for role, verbs in TABLE.items() if Verb.INBOX_PRIVATE in verbs} == {"approver"}


def test_an_approver_names_and_ends_and_both_are_audited(cast: Cast) -> None:
    client = sign_in(cast.approver)
    where = reverse("deciders", args=["cuprija"])
    assert client.post(f"{where}readers/", {"user": cast.officer.pk}).status_code == 302
    row = PrivateReader.objects.get()
    assert row.waits_until is None
    page = client.get(where).text
    assert "named by Approver" in page
    assert sign_in(cast.officer).get(where).status_code == 200
    assert client.post(f"{where}readers/{row.pk}/end/").status_code == 302
    assert PrivateReader.objects.get().ended_at
    verbs = AuditEvent.objects.filter(verb__contains="private_reader").order_by("pk").values_list("verb", "actor_id")
    assert list(verbs) == [
        ("member.name_private_reader", cast.approver.pk), ("member.end_private_reader", cast.approver.pk)
    ]  # fmt: skip


@pytest.mark.parametrize("role", ["officer", "viewer", "mentor", "staff", "stranger"])
def test_nobody_names_themselves(cast: Cast, role: str) -> None:
    client = sign_in(getattr(cast, role))
    response = client.post("/m/cuprija/settings/deciding/readers/", {"user": cast.officer.pk})
    assert response.status_code in (403, 404)
    assert not PrivateReader.objects.exists()


def test_whom_an_administrator_names_waits_for_an_approver(cast: Cast, private: PrivateMessages) -> None:
    """An administrator who makes an account for themselves does not come to private messages by it."""
    client = sign_in(cast.administrator)
    assert client.post("/m/cuprija/settings/deciding/readers/", {"user": cast.officer.pk}).status_code == 302
    row = PrivateReader.objects.get()
    assert row.waits_until is not None
    path = f"/m/cuprija/inbox/{private.message}/"
    assert sign_in(cast.officer).get(path).status_code == 404
    confirm = f"/m/cuprija/settings/deciding/readers/{row.pk}/confirm/"
    assert client.post(confirm).status_code == 403
    assert sign_in(cast.approver).post(confirm).status_code == 302
    assert sign_in(cast.officer).get(path).status_code == 200


def test_a_viewer_cannot_be_named(cast: Cast) -> None:
    response = sign_in(cast.approver).post("/m/cuprija/settings/deciding/readers/", {"user": cast.viewer.pk})
    assert response.status_code == 422
    assert not PrivateReader.objects.exists()


def test_the_right_ends_with_the_role(cast: Cast, private: PrivateMessages) -> None:
    named_reader(cast)
    path, client = f"/m/cuprija/inbox/{private.message}/", sign_in(cast.officer)
    assert client.get(path).status_code == 200
    members.change_role(Membership.objects.running().get(user=cast.officer), Role.VIEWER, by=cast.approver)
    assert client.get(path).status_code == 403
    members.change_role(Membership.objects.running().get(user=cast.officer), Role.OFFICER, by=cast.approver)
    assert client.get(path).status_code == 404  # the name on the list does not come back by itself


def test_a_new_approver_reads_them_once_they_decide(cast: Cast, private: PrivateMessages) -> None:
    newcomer = person("newcomer")
    members.join(newcomer, cast.cuprija, Role.APPROVER, by=cast.approver)
    assert sign_in(newcomer).get(f"/m/cuprija/inbox/{private.message}/").status_code == 404


def test_a_note_about_it_is_audited_without_words(cast: Cast, private: PrivateMessages) -> None:
    with scope(cast.cuprija):
        message = Message.objects.get(pk=private.message)
        triage.add_note(message, "xprivatenote", by=cast.approver)
        triage.close(message, by=cast.approver)
    page = sign_in(cast.officer).get("/m/cuprija/activity/")
    assert page.status_code == 200
    assert not holds_marker(page)
