"""Videos: taken in unread, looked at by a worker in a process of its own, and no post goes out before that."""

from __future__ import annotations

import os
import stat
import time
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from common import uploads
from common.errors import ActionNotAllowed
from municipalities.tenancy import scope
from portal.conditions import CONDITIONS
from posts.draft import Shown
from posts.editing.domain.freeze import freeze
from posts.editing.domain.submit import submit
from posts.enums import Probe
from posts.media import probing
from posts.media.captions import BadCaptions
from posts.media.domain import videos
from posts.media.domain.pictures import BadPicture, delete
from posts.models import Media
from posts.scheduling.domain.schedule import publish_now, schedule
from tests.people import Cast, sign_in
from tests.posts import films
from tests.posts.desk import Desk, in_hours
from tests.posts.desk import opened as open_desk

pytestmark = pytest.mark.django_db


# ---- what comes in


@pytest.mark.parametrize(("kind", "mime", "codec"), [
    ("mp4", "video/mp4", "h264"), ("mov", "video/quicktime", "h264"), ("webm", "video/webm", "vp8"),
])  # fmt: skip
def test_each_kind_is_known_by_its_bytes_and_measured(desk: Desk, kind: str, mime: str, codec: str) -> None:
    media = desk.film(films.film(kind), name="slika.jpg")
    assert (media.mime, media.codec, media.probe) == (mime, codec, Probe.READY)
    assert (media.width, media.height, media.frames) == (320, 180, 25.0)
    assert media.seconds == pytest.approx(2, abs=0.1)
    assert media.sound in ("aac", "opus")
    with media.poster.open("rb") as file:
        assert Image.open(file).size == (320, 180)


def test_a_video_held_upright_is_as_high_as_people_see_it(desk: Desk) -> None:
    media = desk.film(films.film(turned=90))
    assert (media.width, media.height) == (180, 320)
    with media.poster.open("rb") as file:
        assert Image.open(file).size == (180, 320)


def test_the_file_stays_as_it_came_and_is_kept_once(desk: Desk) -> None:
    first, second = desk.film(), desk.film(name="isti.mp4")
    assert first == second
    with first.file.open("rb") as file:
        assert file.read() == films.film()


def test_until_it_was_looked_at_it_waits_visibly(desk: Desk) -> None:
    media = desk.film(probed=False)
    assert (media.probe, media.width, media.poster.name) == (Probe.WAITING, 0, "")


@pytest.mark.parametrize(("body", "problem"), [
    (films.film()[:4000], "cut_off"),
    (films.scrambled(films.film()), "corrupt"),
    (b"\0\0\0\x18ftypisom" + bytes(4000), "cut_off"),
    (b"\0\0\0\x08moov\0\0\0\x04free", "corrupt"),
    (b"\x1a\x45\xdf\xa3" + b"#EXTM3U\nfile:///etc/passwd\n" * 40, "corrupt"),
    (b"\0\0\0\x10ftypisom\0\0\0\0\xff\xff\xff\xffmoov" + bytes(900), "cut_off"),
])  # fmt: skip
def test_a_broken_or_hostile_file_gets_a_sentence_and_harms_nothing(desk: Desk, body: bytes, problem: str) -> None:
    media = desk.film(body)
    assert (media.probe, media.probe_problem) == (Probe.BAD, problem)
    assert desk.film(films.film(seed=3)).probe == Probe.READY


def test_a_song_is_no_video(desk: Desk) -> None:
    assert desk.film(films.song()).probe_problem == "no_picture"


def test_an_animated_gif_is_told_what_to_do(desk: Desk) -> None:
    with pytest.raises(BadPicture, match="If it moves, save it as an MP4 video"):
        desk.film(films.animated_gif(), name="ples.gif")


def test_heic_of_a_telephone_is_still_a_picture(desk: Desk) -> None:
    assert videos.sniff_video_type(b"\0\0\0\x18ftypheic\0\0\0\0") == ""


# ---- the process that looks


def test_the_probe_has_little_and_may_write_nothing(desk: Desk, tmp_path: Path, monkeypatch: Any) -> None:
    script = tmp_path / "probe.py"
    script.write_text(
        "import json, os, sys, resource, runpy\n"
        f"probe = runpy.run_path({str(probing.PROBE)!r})\n"
        "probe['_limit'](probe['MEMORY'], probe['CPU_SECONDS'])\n"
        "try:\n    os.write(os.open('/tmp/dobosar-was-here', os.O_CREAT | os.O_WRONLY), b'x')\n    wrote = True\n"
        "except OSError:\n    wrote = False\n"
        "limits = resource.getrlimit(resource.RLIMIT_AS)[0], resource.getrlimit(resource.RLIMIT_CPU)[0]\n"
        "print(json.dumps({'env': sorted(os.environ), 'wrote': wrote, 'limits': limits}))\n"
    )
    monkeypatch.setenv("TOKEN_KEYS", "secret")
    monkeypatch.setattr(probing, "PROBE", script)
    report = probing.report("film.mp4", "mp4")
    Path("/tmp/dobosar-was-here").unlink(missing_ok=True)
    assert "TOKEN_KEYS" not in report["env"]
    assert not report["wrote"]
    assert report["limits"] == [2 * 1024**3, 45]


@pytest.mark.parametrize(("program", "problem"), [
    ("import time; time.sleep(60)", "too_slow"),
    ("while True: pass", "too_slow"),
    ("x = b'x' * 2**20\nimport sys\nwhile True: sys.stdout.buffer.write(x)", "corrupt"),
    ("import os; os.kill(os.getpid(), 11)", "corrupt"),
    ("print('[1]')", "corrupt"),
    ("print('{\"seconds\": 1e999, \"frames\": 1, \"width\": 5, \"height\": 5, \"poster\": \"AAAA\"}')", "corrupt"),
])  # fmt: skip
def test_whatever_became_of_the_probe_the_worker_goes_on(
    desk: Desk, tmp_path: Path, monkeypatch: Any, program: str, problem: str
) -> None:
    hijacked = tmp_path / "probe.py"
    hijacked.write_text(program)
    monkeypatch.setattr(probing, "PROBE", hijacked)
    monkeypatch.setattr(probing, "SECONDS", 1)
    media = desk.film()
    assert (media.probe, media.probe_problem) == (Probe.BAD, problem)


def test_a_worker_that_died_at_a_video_is_followed_by_another_but_not_for_ever(desk: Desk) -> None:
    media = desk.film(probed=False)
    for _again in range(videos.MOST_PROBES):
        assert videos._claimed() is not None
        assert videos._claimed() is None
        Media.objects.filter(pk=media.pk).update(probe_due_at=timezone.now())
    assert CONDITIONS["videos"]()
    videos.probe_due()
    assert not CONDITIONS["videos"]()
    media.refresh_from_db()
    assert (media.probe, media.probe_due_at) == (Probe.BAD, None)


def test_what_could_not_be_used_is_looked_at_again_when_somebody_adds_it_again(desk: Desk) -> None:
    media = desk.film()
    Media.objects.filter(pk=media.pk).update(
        probe=Probe.BAD, probe_problem="gone", probes=4, archived_at=timezone.now()
    )
    default_storage.delete(str(media.file.name))
    again = desk.film()
    assert (again.pk, again.probe, again.archived_at) == (media.pk, Probe.READY, None)


# ---- how large, and where it lies


def upload(client: Any, cast: Cast, body: bytes, name: str = "vasar.mp4", **more: Any) -> Any:
    file = SimpleUploadedFile(name, body, "video/mp4")
    return client.post(reverse("media_upload", args=[cast.cuprija.slug]), {"file": file}, **more)


def test_two_gigabytes_are_refused_before_a_byte_is_read(cast: Cast, settings: Any) -> None:
    """The body is not even there: only its length is announced."""
    answer = sign_in(cast.officer).generic(
        "POST", reverse("media_upload", args=[cast.cuprija.slug]), b"", "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * 1024**3), HTTP_X_CSRFTOKEN="x", HTTP_ACCEPT_LANGUAGE="en",
    )  # fmt: skip
    assert answer.status_code == 413
    assert "2.0" in answer.json()["problem"] or "2,0" in answer.json()["problem"]


def test_a_form_without_scripts_gets_a_page_that_says_so(cast: Cast) -> None:
    answer = sign_in(cast.officer).generic(
        "POST", reverse("library_upload", args=[cast.cuprija.slug]), b"", "multipart/form-data; boundary=x",
        CONTENT_LENGTH=str(2 * 1024**3),
    )  # fmt: skip
    assert answer.status_code == 413
    assert b"1080p" in answer.content


def test_a_stranger_sends_no_files_at_all(client: Any, cast: Cast) -> None:
    answer = client.generic(
        "POST", "/accounts/login/", b"", "multipart/form-data; boundary=x", CONTENT_LENGTH="9000000"
    )
    assert answer.status_code == 413


def test_the_limit_of_the_installation_is_named(desk: Desk, settings: Any) -> None:
    settings.VIDEO_MOST_BYTES = 5 * 1024
    with pytest.raises(BadPicture, match=r"[6-9]\.\d.KB.*5\.0.KB"):  # x264 writes less where it has one core
        desk.film()


def test_an_upload_lies_beside_the_media_and_is_moved_into_its_place(cast: Cast, settings: Any) -> None:
    large = films.film() + b"\0\0\0\x08free" + b"\0" * 0
    large += (3_000_000).to_bytes(4, "big") + b"free" + bytes(2_999_992)
    answer = upload(sign_in(cast.officer), cast, large)
    assert answer.status_code == 200
    with scope(cast.cuprija):
        media = Media.objects.get()
    assert default_storage.size(media.file.name) == len(large)
    assert list(uploads.incoming().iterdir()) == []
    assert stat.S_IMODE(os.stat(media.file.path).st_mode) == 0o640


def test_what_a_killed_process_left_is_forgotten_a_day_later(settings: Any) -> None:
    old, new = uploads.incoming() / "old.upload", uploads.incoming() / "new.upload"
    for path in (old, new):
        path.write_bytes(b"half a film")
    os.utime(old, (time.time() - 2 * 86400,) * 2)
    assert videos.purge_uploads() == 1
    assert new.exists()


# ---- a post with a video


def test_no_post_leaves_before_its_video_was_looked_at(desk: Desk) -> None:
    media = desk.film(probed=False)
    desk.house_rule(approval="none")
    post = desk.write(media=(Shown(media.pk, "Вашар"),))
    for act in (
        lambda: submit(post, by=desk.cast.officer),
        lambda: schedule(post, in_hours(3), by=desk.cast.officer),
        lambda: publish_now(post, by=desk.cast.officer),
    ):
        with pytest.raises(ActionNotAllowed, match="is being checked"):
            act()
    assert desk.reload(post).stage == "draft"
    assert desk.deliveries(post) == []


def test_a_video_that_cannot_be_used_says_why_when_it_should_go_out(desk: Desk) -> None:
    media = desk.film(films.film()[:4000])
    post = desk.write(media=(Shown(media.pk),))
    with pytest.raises(ActionNotAllowed, match="its end is missing"):
        submit(post, by=desk.cast.officer)


def test_a_post_carries_one_video(desk: Desk) -> None:
    both = [desk.film(), desk.film(films.film(seed=7), name="drugi.mp4")]
    post = desk.write(media=tuple(Shown(media.pk) for media in both))
    with pytest.raises(ActionNotAllowed, match="carries one video"):
        submit(post, by=desk.cast.officer)


def test_a_version_freezes_the_very_file_and_what_is_known_of_it(desk: Desk) -> None:
    media = desk.film()
    videos.set_captions(media, films.SRT.encode(), tag="sr-Cyrl", by=desk.cast.officer)
    post = desk.write(media=(Shown(media.pk, "Вашар на тргу"),))
    freeze(post, by=desk.cast.officer)
    (entry,) = desk.version(post).media
    assert (entry["ref"], entry["seconds"], entry["codec"]) == (media.file.name, 2.0, "h264")
    assert entry["captions"]["tag"] == "sr-Cyrl"
    assert default_storage.open(entry["captions"]["ref"]).read().startswith(b"1\n00:00:00,000 --> 00:00:01,200")


def test_a_video_of_a_post_is_not_deleted_and_an_unused_one_leaves_nothing(
    desk: Desk, django_capture_on_commit_callbacks: Any
) -> None:
    media = desk.film()
    post = desk.write(media=(Shown(media.pk),))
    with pytest.raises(ActionNotAllowed):
        delete(media, by=desk.cast.officer)
    other = desk.film(films.film(seed=9))
    videos.set_captions(other, films.VTT.encode(), tag="sr-Cyrl", by=desk.cast.officer)
    other.refresh_from_db()
    names = [str(file) for file in (other.file, other.poster, other.thumbnail, other.captions)]
    with django_capture_on_commit_callbacks(execute=True):
        delete(other, by=desk.cast.officer)
    assert all(names)
    assert not any(default_storage.exists(name) for name in names)
    assert post.pk


# ---- captions


def test_captions_are_written_anew_and_taken_away(desk: Desk) -> None:
    media = videos.set_captions(desk.film(), films.VTT.encode(), tag="sr-Cyrl", by=desk.cast.officer)
    assert media.captions.read().decode() == films.SRT
    assert videos.remove_captions(media, by=desk.cast.officer).captions.name == ""


def test_captions_of_another_film_are_noticed(desk: Desk) -> None:
    late = films.SRT.replace("00:00:01,300 --> 00:00:02,000", "00:10:01,300 --> 00:10:02,000")
    with pytest.raises(BadCaptions, match="another video"):
        videos.set_captions(desk.film(), late.encode(), tag="sr-Cyrl", by=desk.cast.officer)


def test_a_picture_has_no_captions(desk: Desk) -> None:
    with pytest.raises(BadCaptions):
        videos.set_captions(desk.picture(), films.SRT.encode(), tag="sr-Cyrl", by=desk.cast.officer)


# ---- over the web


def test_the_composer_gets_a_row_that_tells_of_the_video(cast: Cast) -> None:
    client = sign_in(cast.officer)
    answer = upload(client, cast, films.film())
    assert b'data-film="waiting"' in answer.content
    with scope(cast.cuprija):
        media = Media.objects.get()
        videos.probe_due()
    again = client.get(reverse("media_row", args=[cast.cuprija.slug, media.pk])).content.decode()
    assert 'data-film="ready"' in again
    assert "0:02" in again
    assert "320 × 180" in again


def test_captions_come_and_go_in_the_composer(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = open_desk(cast).film()
    client, url = sign_in(cast.officer), reverse("media_caption", args=[cast.cuprija.slug, media.pk])
    assert client.get(url).status_code == 200
    bad = client.post(url, {"file": SimpleUploadedFile("a.srt", b"\xff\xfe\x00"), "tag": "sr-Cyrl"})
    assert (bad.status_code, "UTF-8" in bad.json()["problem"]) == (422, True)
    good = client.post(url, {"file": SimpleUploadedFile("a.srt", films.SRT.encode()), "tag": "sr-Cyrl"})
    assert good.status_code == 200
    shown = client.get(reverse("media_captions", args=[cast.cuprija.slug, media.pk]))
    assert shown.content.decode().startswith("WEBVTT\n\n00:00:00.000 --> 00:00:01.200\nДобар дан, Ћуприја!")
    assert client.post(url, {"remove": "1"}).status_code == 200
    assert client.get(reverse("media_captions", args=[cast.cuprija.slug, media.pk])).status_code == 404


def test_the_player_gets_the_part_it_asks_for_and_nobody_else_gets_anything(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = open_desk(cast).film()
    url = reverse("media_film", args=[cast.cuprija.slug, media.pk])
    part = sign_in(cast.officer).get(url, HTTP_RANGE="bytes=100-199")
    assert part.status_code == 206
    assert b"".join(part.streaming_content) == films.film()[100:200]
    assert part["Content-Security-Policy"] == "default-src 'none'"
    assert sign_in(cast.officer).get(url, HTTP_RANGE="bytes=99999999-").status_code == 416
    assert sign_in(cast.stranger).get(url).status_code == 404


def test_a_video_nobody_has_looked_at_is_shown_to_nobody(cast: Cast) -> None:
    with scope(cast.cuprija):
        media = open_desk(cast).film(probed=False)
    client, slug = sign_in(cast.officer), cast.cuprija.slug
    assert client.get(reverse("media_film", args=[slug, media.pk])).status_code == 404
    poster = client.get(reverse("media_thumbnail", args=[slug, media.pk]))
    assert (poster.status_code, poster["Cache-Control"]) == (302, "no-store")
