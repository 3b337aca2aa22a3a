"""Videos on Mastodon: processed after the upload was answered, and named by a status only when they are ready."""

import io
from dataclasses import replace

import pytest

from platforms import checks
from platforms.errors import NotReached, OutcomeUnknown, Rejected
from platforms.types import Absent, Captions, ContainerExpired, Found, Limits, Pending, Published, Ready
from tests.platforms.bench import MOVIE, Bench, Files, outgoing, video
from tests.platforms.conformance import start
from tests.platforms.fakes import FakeServer
from tests.platforms.faults import bench_for

CREATE, UPLOAD = "/api/v1/statuses$", "/api/v2/media$"


@pytest.fixture
def bench(fakes: FakeServer) -> Bench:
    return bench_for(fakes, "mastodon")


def uploads(fakes: FakeServer) -> int:
    return sum(entry["path"].endswith("/api/v2/media") for entry in fakes.ledger())


class TestPublishing:
    def test_it_is_uploaded_waited_for_and_published_with_description_and_cover(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        fakes.options(video_polls=2)
        connector = bench.connector()
        sent = outgoing("Отварање моста.", video=video(alt="Људи прелазе мост", cover=bench.picture(1)))
        pending = connector.publish(sent, bench.read)
        assert isinstance(pending, Pending)
        assert bench.checkpoints == [pending.token]
        assert bench.texts() == []
        assert connector.check_status(pending) == pending
        ready = connector.check_status(pending)
        assert isinstance(ready, Ready)
        assert bench.texts() == []
        assert isinstance(connector.finish(sent, Pending(ready.token), bench.read), Published)
        (post,) = bench.public()
        assert (post["text"], post["video"], post["video_alt"]) == (sent.text, len(MOVIE), "Људи прелазе мост")
        assert post["cover"] == bench.picture(1).size

    def test_one_that_is_ready_at_once_is_published_at_once(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(video_polls=0)
        assert isinstance(bench.connector().publish(outgoing("Кратко.", video=video()), bench.read), Published)

    def test_it_is_sent_in_chunks(self, bench: Bench) -> None:
        class Watched(io.BytesIO):
            sizes: list[int] = []

            def read(self, size: int | None = -1) -> bytes:
                self.sizes.append(-1 if size is None else size)
                return super().read(size)

        class Watching(Files):
            def open(self, ref: str) -> io.BytesIO:
                return Watched(super().open(ref).getvalue())

        bench.publish(bench.connector(), outgoing("У деловима.", video=video()))
        bench.connector().publish(outgoing("Праћено.", video=video()), Watching())
        assert 0 < max(Watched.sizes) <= 65_536
        assert min(Watched.sizes) > 0

    def test_a_post_without_words_is_published(self, bench: Bench) -> None:
        bench.publish(bench.connector(), outgoing("", video=video()))
        (post,) = bench.public()
        assert (post["text"], post["video"]) == ("", len(MOVIE))


class TestRefusals:
    def test_one_that_cannot_be_processed_is_the_persons_to_correct(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(video_polls="failed")
        connector, sent = bench.connector(), outgoing("Неисправан.", video=video())
        pending = connector.publish(sent, bench.read)
        for ask in (lambda: connector.check_status(pending), lambda: connector.resume(sent, pending, bench.read)):
            with pytest.raises(Rejected, match="could not process") as refused:
                ask()
            assert refused.value.field == "video"
        assert bench.texts() == []

    def test_a_server_that_calls_it_ready_too_early_is_asked_again(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(video_polls=2)
        connector, sent = bench.connector(), outgoing("Рано.", video=video())
        pending = connector.publish(sent, bench.read)
        with pytest.raises(NotReached):
            connector.finish(sent, pending, bench.read)
        assert bench.texts() == []
        assert isinstance(connector.check_status(pending), Ready)
        assert isinstance(connector.finish(sent, pending, bench.read), Published)

    def test_another_refusal_of_the_post_is_one(self, bench: Bench, fakes: FakeServer) -> None:
        connector, sent = bench.connector(), outgoing("ш" * 501, video=video())
        pending = connector.publish(sent, bench.read)
        assert isinstance(connector.check_status(pending), Ready)
        with pytest.raises(Rejected, match="character limit"):
            connector.finish(sent, pending, bench.read)

    @pytest.mark.parametrize("action", ["commit_then_drop", "commit_then_500", "drop_before", "html_error"])
    def test_an_upload_without_an_answer_may_be_tried_again(self, bench: Bench, fakes: FakeServer, action: str) -> None:
        fakes.plan(action, UPLOAD, method="POST")
        with pytest.raises(NotReached):
            bench.connector().publish(outgoing("Изнова.", video=video()), bench.read)
        assert bench.checkpoints == []


class TestAfterACrash:
    def test_it_goes_on_with_the_uploaded_video(self, bench: Bench, fakes: FakeServer) -> None:
        fakes.options(video_polls=2)
        sent = outgoing("После пада.", video=video())
        bench.connector().publish(sent, bench.read)
        connector, pending = bench.connector(), Pending(bench.checkpoints[-1])
        assert connector.resume(sent, pending, bench.read) == pending
        assert isinstance(connector.resume(sent, pending, bench.read), Published)
        assert (bench.texts(), uploads(fakes)) == ([sent.text], 1)

    def test_one_that_the_server_has_deleted_is_uploaded_again(self, bench: Bench, fakes: FakeServer) -> None:
        connector, sent = bench.connector(), outgoing("Обрисан.", video=video())
        pending = connector.publish(sent, bench.read)
        fakes.world.mastodon.media.clear()
        assert isinstance(connector.check_status(pending), ContainerExpired)
        assert isinstance(connector.resume(sent, pending, bench.read), Pending)
        assert (bench.texts(), uploads(fakes)) == ([], 2)

    def test_a_lost_answer_is_found_and_a_repetition_under_the_key_makes_no_second_post(
        self, bench: Bench, fakes: FakeServer
    ) -> None:
        connector, sent, began = bench.connector(), outgoing("Једном.", video=video()), start()
        pending = connector.publish(sent, bench.read)
        assert isinstance(connector.check_status(pending), Ready)
        fakes.plan("commit_then_drop", CREATE, method="POST")
        with pytest.raises(OutcomeUnknown):
            connector.finish(sent, pending, bench.read)
        found = connector.find(sent, began, (), pending)
        assert isinstance(found, Found)
        again = connector.resume(sent, pending, bench.read)
        assert again.remote_id == found.published.remote_id
        assert (bench.texts(), uploads(fakes)) == ([sent.text], 1)

    def test_a_post_with_a_picture_is_not_taken_for_the_one_with_the_video(self, bench: Bench) -> None:
        connector, began = bench.connector(), start()
        connector.publish(outgoing("Исте речи.", pictures=(bench.picture(1),)), bench.read)
        assert isinstance(connector.find(outgoing("Исте речи.", video=video()), began), Absent)


class TestEditing:
    def test_the_description_is_edited_and_the_video_stays(self, bench: Bench) -> None:
        connector, sent = bench.connector(), outgoing("Мост.", video=video(alt="Мост"))
        post = bench.publish(connector, sent)
        connector.edit(post.remote_id, replace(sent, text="Нови мост.", video=video(alt="Нови мост на Морави")))
        (shown,) = bench.public()
        expected = ("Нови мост.", len(MOVIE), "Нови мост на Морави")
        assert (shown["text"], shown["video"], shown["video_alt"]) == expected

    def test_a_post_with_other_files_keeps_their_descriptions(self, bench: Bench) -> None:
        connector, sent = bench.connector(), outgoing("Слика.", pictures=(bench.picture(1),))
        post = bench.publish(connector, sent)
        connector.edit(post.remote_id, replace(sent, pictures=(bench.picture(2), bench.picture(3))))
        (shown,) = bench.public()
        assert shown["alts"] == [bench.picture(1).alt]


class TestLimits:
    @pytest.fixture
    def limits(self, bench: Bench) -> Limits:
        return bench.limits()

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({}, None),
            ({"mime": "video/webm"}, None),
            ({"mime": "video/x-matroska"}, "video_type"),
            ({"size": 103_809_025}, "video_too_large"),
            ({"width": 4096, "height": 2160}, "video_too_many_pixels"),
            ({"frames": 121}, "video_frames"),
            ({"frames": 60, "seconds": 600.0}, None),
            ({"frames": 60, "seconds": 601.0}, "video_too_long"),
            ({"frames": 25, "seconds": 1441.0}, "video_too_long"),
            ({"seconds": 1501.0}, "video_too_long"),
            ({"alt": "ш" * 1501}, "alt_too_long"),
            ({"captions": Captions("titlovi", "sr")}, "captions_not_here"),
        ],
    )
    def test_they_are_the_servers(self, limits: Limits, changed: dict[str, object], code: str | None) -> None:
        problems = checks.check(outgoing("Снимак.", video=video(**changed)), limits)
        assert [problem.code for problem in problems] == ([code] if code else [])

    def test_beside_pictures_there_is_none(self, bench: Bench, limits: Limits) -> None:
        sent = outgoing("Оба.", video=video(), pictures=(bench.picture(1),))
        assert "video_and_pictures" in [problem.code for problem in checks.check(sent, limits)]

    @pytest.mark.parametrize("films", [[], ["image/png"], ["audio/ogg"]])
    def test_a_server_that_lists_no_type_of_video_takes_none(
        self, bench: Bench, fakes: FakeServer, films: list[str]
    ) -> None:
        fakes.options(films=films)
        assert bench.limits().videos is None

    @pytest.mark.parametrize("listed", [None, "video/mp4", 7, {"video/mp4": 1}])
    def test_a_list_that_is_none_is_not_believed(self, bench: Bench, listed: object) -> None:
        facts = {"configuration": {"media_attachments": {"supported_mime_types": listed}}}
        limits = bench.connector().limits(facts)
        assert (limits.videos, limits.mime_types[0]) == (None, "image/jpeg")
