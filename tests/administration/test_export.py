"""Everything of a municipality in one file: what is in it, what is not, and who gets it."""

from __future__ import annotations

import csv
import io
import json
import re
import tracemalloc
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine

from django.apps import apps
from django.core.files.base import ContentFile
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation

from administration import tasks
from administration.archive import contents, posts
from administration.archive.writer import Archive
from administration.domain import exports
from administration.enums import ExportState
from administration.models import Export
from analytics import partitions
from analytics.models import ChannelDay, MetricSnapshot, Subject
from channels.models import AppRegistration, Credential
from common import crypto, job_progress
from common.models import AuditEvent, MailMessage
from links.domain.make import LinkRequest
from links.domain.make import create_links as make_links
from links.models import ClickCount, Link
from municipalities.domain import members
from municipalities.models import GlossaryWord, Membership, Municipality
from municipalities.tenancy import TenantModel, scope
from planning.models import Campaign, CampaignPost, Slot
from portal.conditions import CONDITIONS
from posts.media.domain import consents, videos
from posts.media.domain.pictures import add
from posts.models import Closing, Comment, Decision, Media, Post, Suggestion, Thread, Variant
from tests.analytics.factories import channel, published, traits_of
from tests.people import Cast, person, sign_in
from tests.posts.desk import picture_bytes
from tests.posts.films import SRT, film

pytestmark = pytest.mark.django_db
TOKEN = "the-token-of-a-channel"


@pytest.fixture(autouse=True)
def place_for_exports(settings: Any, tmp_path: Path) -> Iterator[Path]:
    settings.EXPORTS_ROOT = tmp_path / "exports"
    settings.EMAIL_BACKEND = "common.mail.OutboxBackend"
    with translation.override("en"):
        yield tmp_path / "exports"


def fill(municipality: Municipality, by: Any, mark: str) -> int:
    """Something of everything, each with the mark of its municipality in it; returns the id of the post."""
    now = timezone.now()
    ours = channel(municipality, by, name=f"{mark} page", handle=f"@{mark}")
    public = published(ours, now)
    post, version = public.post, public.version
    with scope(municipality):
        sealed = crypto.seal("credential", TOKEN, ours.pk)
        Credential.objects.create(municipality=municipality, channel=ours, ciphertext=sealed)
        type(post).objects.filter(pk=post.pk).update(title=f"{mark} title", format="question", due_at=now)
        Variant.objects.create(
            municipality=municipality, version=version, language="sr", script="Cyrl", text=f"{mark} текст"
        )
        sent = {"text": f"{mark} payload"}
        type(public.delivery).objects.filter(pk=public.delivery_id).update(
            payload=sent, token=f"container-{mark}-secret", permalink=f"https://social.example/{mark}"
        )
        raw = picture_bytes(size=(len(mark) * 20, 40))
        media = add(municipality, io.BytesIO(raw), name=f"{mark}.jpg", size=len(raw), by=by)
        Media.objects.filter(pk=media.pk).update(alt=f"{mark} description")
        details = consents.ConsentDetails(
            "written", f"{mark} child", "mother", now.date(), None, now.date() + timedelta(days=9)
        )
        scan = consents.Scan(f"%PDF-1.7 {mark} scan %%EOF".encode(), consents.PDF)
        consents.record(media, details, scan=scan, by=by)
        version.media = [{"id": media.pk, "ref": media.file.name, "alt": f"{mark} alt", "crop": ""}]
        version.save()
        Decision.objects.create(municipality=municipality, version=version, kind="approved", by=by, note=f"{mark} note")
        thread = Thread.objects.create(
            municipality=municipality,
            post=post,
            author=by,
            place="text",
            tag="sr-Cyrl",
            start=0,
            end=4,
            quote=f"{mark} quote",
        )
        Comment.objects.create(municipality=municipality, thread=thread, author=by, text=f"{mark} comment")
        Suggestion.objects.create(municipality=municipality, thread=thread, replacement=f"{mark} suggestion")
        Closing.objects.create(municipality=municipality, post=post, results=f"{mark} results", done="Done", by=by)
        campaign = Campaign.objects.create(municipality=municipality, name=f"{mark} campaign", created_by=by)
        CampaignPost.objects.create(municipality=municipality, campaign=campaign, post=post)
        Slot.objects.create(municipality=municipality, channel=ours, weekday=1, at=time(9))
        GlossaryWord.objects.create(municipality=municipality, latin=f"{mark}word", cyrillic=f"{mark}word", added_by=by)
        partitions.ensure(*partitions.ahead())
        subject = Subject.objects.create(
            municipality=municipality, kind="publication", channel=ours, publication=public, published_at=now,
            published_on=now.date(), likes=41, traits=traits_of(public),
        )  # fmt: skip
        MetricSnapshot.objects.create(municipality=municipality, subject=subject, at=now, outcome="ok", likes=41)
        ChannelDay.objects.create(municipality=municipality, channel=ours, day=now.date(), followers=977)
        make_links(municipality.pk, post.key, {ours.pk: LinkRequest(f"https://{mark}.example/", "mastodon")})
        ClickCount.objects.create(
            municipality=municipality, link=Link.objects.get(), counted_on=now.date(), hour=9, people=5, machines=2
        )
        exports.audit.record("post.edit", by=by, target=post, municipality_id=municipality.pk, label=f"{mark} edited")
    return int(post.pk)


@dataclass
class Filled:
    cast: Cast
    post: int

    def make(self, by: Any = None) -> Export:
        with scope(self.cast.cuprija):
            row = exports.ask(self.cast.cuprija, by=by or self.cast.approver)
        assert CONDITIONS["exports"]()
        tasks.build_exports()
        with scope(self.cast.cuprija):
            return Export.objects.get(pk=row.pk)

    def open(self, row: Export, settings: Any) -> zipfile.ZipFile:
        return zipfile.ZipFile(settings.EXPORTS_ROOT / row.name)


@pytest.fixture
def filled(cast: Cast) -> Filled:
    fill(cast.novi_pazar, cast.stranger, "foreignmark")
    AppRegistration.objects.create(
        platform="facebook", server="", redirect_uri="", ciphertext=crypto.seal("app", "app-secret", 1)
    )
    return Filled(cast, fill(cast.cuprija, cast.approver, "ourmark"))


def rows(archive: zipfile.ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(archive.read(name).decode("utf-8-sig"))))


# ---- what is in it


def test_all_that_was_made_of_a_post_is_in_its_file(filled: Filled, settings: Any) -> None:
    archive = filled.open(filled.make(), settings)
    assert archive.testzip() is None
    post = json.loads(archive.read(f"posts/{filled.post}.json"))
    (version,) = post["versions"]
    assert post["title"] == "ourmark title"
    assert version["texts"][0]["text"] == "ourmark текст"
    assert version["decisions"][0]["note"] == "ourmark note"
    assert version["pictures"][0]["alt"] == "ourmark alt"
    assert version["pictures"][0]["file"] in archive.namelist()
    (talk,) = post["conversations"]
    assert talk["comments"][0]["text"] == "ourmark comment"
    assert talk["suggestion"]["replacement"] == "ourmark suggestion"
    (public,) = post["publications"]
    assert public["link"] == "https://social.example/ourmark"
    assert public["sent"]["text"] == "ourmark payload"
    assert post["closing"]["results"] == "ourmark results"
    page = archive.read(f"posts/{filled.post}.html").decode()
    for text in ("ourmark текст", "ourmark note", "ourmark comment", "../media/pictures/", "ourmark results"):
        assert text in page


def test_the_index_leads_to_every_table_and_every_post(filled: Filled, settings: Any) -> None:
    archive = filled.open(filled.make(), settings)
    page, names = archive.read("index.html").decode(), set(archive.namelist())
    assert f'href="posts/{filled.post}.html"' in page
    for name in names:
        if name.endswith((".csv", ".json")) and "/" not in name:
            assert f'href="{name}"' in page, name
    assert {link for link in re.findall(r'href="([^"]+)"', page) if "://" not in link} <= names


def test_pictures_consents_numbers_links_people_and_activity_are_in_it(filled: Filled, settings: Any) -> None:
    archive = filled.open(filled.make(), settings)
    (picture,) = rows(archive, "pictures.csv")
    assert picture["description"] == "ourmark description"
    assert archive.read(picture["file"]).startswith(b"\xff\xd8")
    (consent,) = rows(archive, "consents.csv")
    assert consent["who_is_shown"] == "ourmark child"
    assert b"ourmark scan" in archive.read(consent["scan"])
    assert [row["likes"] for row in rows(archive, "numbers.csv")] == ["41"]
    assert [row["likes"] for row in rows(archive, "metric_snapshots.csv")] == ["41"]
    assert [row["followers"] for row in rows(archive, "followers.csv")] == ["977"]
    (link,) = rows(archive, "short-links.csv")
    assert (link["people"], link["machines"], link["post"]) == ("5", "2", str(filled.post))
    assert [row["hour"] for row in rows(archive, "clicks.csv")] == ["9"]
    assert {row["email"] for row in rows(archive, "people.csv")} == {
        f"{name}@test.example" for name in ("officer", "approver", "viewer")
    }
    assert [row["name"] for row in rows(archive, "mentors.csv")] == ["Mentor"]
    assert "ourmark edited" in {row["about"] for row in rows(archive, "activity.csv")}
    assert [row["campaign"] for row in rows(archive, "calendar.csv")] == ["ourmark campaign"]
    assert json.loads(archive.read("plans.json"))["usual_times"][0]["weekday"] == 1
    assert json.loads(archive.read("municipality.json"))["words"][0]["latin"] == "ourmarkword"


def test_a_video_is_in_it_with_its_captions(filled: Filled, settings: Any) -> None:
    body, by = film(), filled.cast.officer
    with scope(filled.cast.cuprija):
        video = videos.add(filled.cast.cuprija, ContentFile(body, "vasar.mp4"), name="vasar.mp4", size=len(body), by=by)
        videos.probe_due()
        videos.set_captions(Media.objects.get(pk=video.pk), SRT.encode(), tag="sr-Cyrl", by=by)
    with filled.open(filled.make(), settings) as archive:
        (row,) = [row for row in rows(archive, "pictures.csv") if row["name"] == "vasar.mp4"]
        assert archive.read(row["file"]) == body
        assert archive.read(row["captions"]).decode() == SRT
        assert row["seconds"].startswith("2")


def test_a_title_that_is_a_formula_is_none_in_a_spreadsheet(filled: Filled, settings: Any) -> None:
    with scope(filled.cast.cuprija):
        posts.Post.objects.filter(pk=filled.post).update(title='=HYPERLINK("https://evil.example")')
    (row,) = rows(filled.open(filled.make(), settings), "publications.csv")
    assert row["title"].startswith("'=")


def test_a_picture_that_is_gone_is_named_and_the_rest_is_there(filled: Filled, settings: Any) -> None:
    with scope(filled.cast.cuprija):
        media = Media.objects.get()
        media.file.storage.delete(media.file.name)
    row = filled.make()
    archive = filled.open(row, settings)
    assert media.file.name in archive.read("missing-files.txt").decode()
    assert row.contents == {"posts": 1, "pictures": 1, "missing": 1}
    assert f"posts/{filled.post}.json" in archive.namelist()


# ---- what is not


def test_nothing_of_another_municipality_and_no_secret_is_in_it(filled: Filled, settings: Any) -> None:
    archive = filled.open(filled.make(), settings)
    with scope(filled.cast.cuprija):
        sealed = Credential.objects.get().ciphertext
    registration = AppRegistration.objects.get().ciphertext
    forbidden = [
        "foreignmark", "Novi Pazar", "stranger@test.example", "container-", TOKEN, "app-secret", sealed, registration,
        filled.cast.approver.password, settings.SECRET_KEY, settings.TOKEN_KEYS[0].partition(":")[2],
    ]  # fmt: skip
    for name in archive.namelist():
        body = archive.read(name)
        assert [word for word in forbidden if word.encode() in body or word in name] == [], name
    # The same search finds our own mark, and would find theirs.
    assert any(b"ourmark" in archive.read(name) for name in archive.namelist())


def test_every_table_of_a_municipality_goes_in_or_says_why_not() -> None:
    known = {model._meta.label_lower for model in apps.get_models() if issubclass(model, TenantModel)}
    assert contents.GOES_IN | set(contents.STAYS) == known, "say it in administration/archive/contents.py"
    assert not contents.GOES_IN & set(contents.STAYS)


# ---- who gets it


def test_only_the_person_who_asked_can_fetch_it(filled: Filled, settings: Any) -> None:
    row, cast = filled.make(), filled.cast
    path = f"/m/cuprija/settings/export/{row.pk}/"
    answer = sign_in(cast.approver).get(path)
    assert answer.status_code == 200
    assert "attachment" in answer.headers["Content-Disposition"]
    assert zipfile.is_zipfile(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    second = person("second")
    Membership.objects.create(user=second, municipality=cast.cuprija, role="approver")
    assert sign_in(second).get(path).status_code == 404
    assert sign_in(cast.administrator).get(path).status_code == 404
    assert sign_in(cast.officer).get(path).status_code == 403
    assert sign_in(cast.stranger).get(path).status_code == 404
    assert sign_in(second).post(f"{path}discard/").status_code == 404
    events = AuditEvent.objects.filter(municipality_id=cast.cuprija.pk, verb__endswith="_export").order_by("id")
    assert [(event.verb, event.actor_label) for event in events] == [
        ("municipality.ask_export", "Approver"),
        ("municipality.make_export", ""),
        ("municipality.download_export", "Approver"),
    ]


def test_who_asked_loses_it_with_their_role(filled: Filled) -> None:
    row = filled.make()
    Membership.objects.filter(user=filled.cast.approver).update(ended_at=timezone.now())
    assert sign_in(filled.cast.approver).get(f"/m/cuprija/settings/export/{row.pk}/").status_code == 404


def test_approvers_hear_of_an_export_that_somebody_else_asked_for(filled: Filled) -> None:
    filled.make(by=filled.cast.administrator)
    first, second = MailMessage.objects.order_by("pk")
    assert (first.to, second.to) == ("approver@test.example", "administrator@test.example")
    assert "Administrator requested a file with everything" in first.body
    assert "/m/cuprija/settings/export/" in second.body


def test_the_page_shows_how_far_it_is_and_offers_it(filled: Filled) -> None:
    client = sign_in(filled.cast.approver)
    assert client.post("/m/cuprija/settings/export/ask/").status_code == 302
    page = client.get("/m/cuprija/settings/export/").text
    assert "Waiting for a worker" in page
    assert 'hx-trigger="every 3s"' in page
    assert "Create the file" not in page
    tasks.build_exports()
    part = client.get("/m/cuprija/settings/export/", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert "hx-get" not in part
    with scope(filled.cast.cuprija):
        assert f"/m/cuprija/settings/export/{Export.objects.get().pk}/" in part


def test_the_page_counts_posts_and_pictures_while_the_file_is_built(filled: Filled) -> None:
    client = sign_in(filled.cast.approver)
    client.post("/m/cuprija/settings/export/ask/")
    with scope(filled.cast.cuprija):
        row = Export.objects.get()
        total = Post.objects.count() + Media.objects.count()
    job_progress.record(exports.job(row), 1, total)
    page = client.get("/m/cuprija/settings/export/").text
    assert f"1 / {total}" in page
    assert f'<progress value="1" max="{total}">' in page
    tasks.build_exports()
    assert job_progress.read(exports.job(row)) == (total, total)
    assert "<progress" not in client.get("/m/cuprija/settings/export/").text


def test_the_page_asks_the_database_a_fixed_number_of_times(filled: Filled) -> None:
    client, counts = sign_in(filled.cast.approver), []
    client.get("/m/cuprija/settings/export/")
    for _ in range(2):
        filled.make()
        with CaptureQueriesContext(connection) as captured:
            client.get("/m/cuprija/settings/export/")
        counts.append(len(captured))
    assert counts[0] == counts[1]


# ---- its time


def test_the_file_is_deleted_after_its_days_or_by_its_person(
    filled: Filled, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    first, second = filled.make(), filled.make()
    client = sign_in(filled.cast.approver)
    with django_capture_on_commit_callbacks(execute=True):
        assert client.post(f"/m/cuprija/settings/export/{first.pk}/discard/").status_code == 302
    assert [path.name for path in settings.EXPORTS_ROOT.iterdir()] == [second.name]
    with time_machine.travel(timezone.now() + timedelta(days=settings.EXPORT_DAYS, minutes=1)):
        assert sign_in(filled.cast.approver).get(f"/m/cuprija/settings/export/{second.pk}/").status_code == 404
        with django_capture_on_commit_callbacks(execute=True):
            tasks.purge_exports()
    assert list(settings.EXPORTS_ROOT.iterdir()) == []
    with scope(filled.cast.cuprija):
        assert set(Export.objects.values_list("state", "name")) == {(ExportState.GONE, "")}
    assert AuditEvent.objects.filter(verb="municipality.discard_export").count() == 2


def test_what_a_dead_worker_left_is_made_by_another_and_swept_up(filled: Filled, settings: Any) -> None:
    with scope(filled.cast.cuprija):
        row = exports.ask(filled.cast.cuprija, by=filled.cast.approver)
        assert exports.claim(row.pk) is not None
        assert exports.claim(row.pk) is None  # a worker has it
    settings.EXPORTS_ROOT.mkdir()
    (settings.EXPORTS_ROOT / "half.zip.part").write_bytes(b"PK")
    tasks.build_exports()
    with scope(filled.cast.cuprija):
        assert Export.objects.get().state == ExportState.BUILDING
    with time_machine.travel(timezone.now() + exports.LEASE + timedelta(seconds=1)):
        tasks.build_exports()
    with scope(filled.cast.cuprija):
        assert Export.objects.get().state == ExportState.READY
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        exports.purge_expired()
    assert not (settings.EXPORTS_ROOT / "half.zip.part").exists()


def test_one_that_cannot_be_made_is_given_up_after_three_tries(filled: Filled, settings: Any) -> None:
    settings.EXPORTS_ROOT.write_text("a file where the directory should be")
    now = timezone.now()
    with scope(filled.cast.cuprija):
        exports.ask(filled.cast.cuprija, by=filled.cast.approver)
    for number in range(exports.MAX_ATTEMPTS + 1):
        with time_machine.travel(now + number * (exports.LEASE + timedelta(seconds=1))):
            tasks.build_exports()
    with scope(filled.cast.cuprija):
        assert Export.objects.get().state == ExportState.FAILED
    assert "Could not be created" in sign_in(filled.cast.approver).get("/m/cuprija/settings/export/").text


def test_asking_twice_makes_one(filled: Filled) -> None:
    with scope(filled.cast.cuprija):
        first = exports.ask(filled.cast.cuprija, by=filled.cast.approver)
        assert exports.ask(filled.cast.cuprija, by=filled.cast.administrator) == first
        with pytest.raises(IntegrityError), transaction.atomic():
            Export.objects.create(municipality=filled.cast.cuprija, asked_by=filled.cast.approver)


# ---- its size


@pytest.mark.slow
def test_a_large_municipality_needs_no_more_memory_than_a_small_one(filled: Filled, settings: Any) -> None:
    """60 MB of pictures and 400 posts through a few megabytes of memory."""
    cast = filled.cast
    with scope(cast.cuprija):
        media = Media.objects.get()
        media.file.storage.delete(media.file.name)
        media.file.storage.save(media.file.name, ContentFile(b"\xff\xd8" + bytes(60 * 1024 * 1024)))
    ours = channel(cast.cuprija, cast.approver)
    for _ in range(400):
        published(ours, timezone.now())
    with scope(cast.cuprija):
        row = exports.claim(exports.ask(cast.cuprija, by=cast.approver).pk)
        assert row is not None
        tracemalloc.start()
        exports.make(row)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert row.bytes > 60 * 1024 * 1024
    assert peak < 20 * 1024 * 1024, f"{peak / 2**20:.1f} MB"


def test_posts_are_read_with_a_fixed_number_of_questions_for_a_piece(filled: Filled, tmp_path: Path) -> None:
    ours = channel(filled.cast.cuprija, filled.cast.approver)
    counts = []
    for _ in range(2):
        with (
            scope(filled.cast.cuprija),
            Archive(tmp_path / "a.zip", lambda: None) as archive,
            CaptureQueriesContext(connection) as captured,
        ):
            posts.write(archive)
        counts.append(len(captured))
        for _ in range(posts.PIECE // 2):
            published(ours, timezone.now())
    assert counts[0] == counts[1]


@pytest.mark.parametrize("moment", ["before", "during", "after"])
def test_nothing_is_made_for_somebody_who_lost_the_right(
    filled: Filled, settings: Any, moment: str, django_capture_on_commit_callbacks: Any
) -> None:
    """Before a worker takes it, while it is built, and when it lies ready: no file stays."""
    cast = filled.cast
    with scope(cast.cuprija):
        row = exports.ask(cast.cuprija, by=cast.approver)
    if moment == "before":
        _lose(cast)
        tasks.build_exports()
    elif moment == "during":
        with scope(cast.cuprija):
            claimed = exports.claim(row.pk)
            assert claimed is not None
            _lose(cast)
            exports.make(claimed)
    else:
        tasks.build_exports()
        with django_capture_on_commit_callbacks(execute=True):
            members.change_role(cast.approver.memberships.get(), "officer", by=cast.administrator)
    with scope(cast.cuprija):
        row.refresh_from_db()
    assert row.state == (ExportState.GONE if moment == "after" else ExportState.FAILED)
    root = Path(settings.EXPORTS_ROOT)
    assert not root.exists() or list(root.iterdir()) == []
    assert MailMessage.objects.filter(subject__contains="is ready").exists() == (moment == "after")


def _lose(cast: Cast) -> None:
    """Without a verb, so that nothing is swept."""
    cast.approver.memberships.update(role="officer")
