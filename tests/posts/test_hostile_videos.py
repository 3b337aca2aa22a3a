"""Videos that are made to cost much, and files that would have the decoder read other files or call addresses.

Each goes through the probe's own process, as the worker starts it.
"""

from __future__ import annotations

import random
import struct
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import av
import pytest

from posts.media import probing
from tests import security_figures
from tests.posts import films

MOST_SECONDS = 50


def probed(path: Path, kind: str) -> dict[str, Any]:
    started = time.monotonic()
    report = probing.report(str(path), kind)
    assert time.monotonic() - started < MOST_SECONDS
    return dict(report)


# ---- files that name other files


@pytest.fixture
def called() -> Iterator[tuple[str, list[str]]]:
    """A server of this machine that has a good film, and the paths it was asked for."""
    paths: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            with suppress(OSError):
                self.wfile.write(films.film())

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", paths
    server.shutdown()
    server.server_close()
    thread.join()


NAMES_OTHERS: dict[str, Callable[[str], str]] = {
    "HLS": lambda target: f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n",
    "HLS with a map": lambda target: (
        f'#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXT-X-MAP:URI="{target}"\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n'
    ),
    "HLS of playlists": lambda target: f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n",
    "concat": lambda target: f"ffconcat version 1.0\nfile '{target}'\n",
    "DASH": lambda target: (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static">'
        f'<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1"><BaseURL>{target}</BaseURL>'
        "</Representation></AdaptationSet></Period></MPD>"
    ),
    "SDP": lambda target: "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 96\n",
    "IMF": lambda target: f"<CompositionPlaylist><Id>{target}</Id></CompositionPlaylist>",
}  # fmt: skip


SAMPLE, *OTHERS = NAMES_OTHERS


@pytest.mark.parametrize("name", [SAMPLE, *(pytest.param(name, marks=pytest.mark.slow) for name in OTHERS)])
def test_no_file_makes_the_probe_open_another(tmp_path: Path, called: tuple[str, list[str]], name: str) -> None:
    address, paths = called
    good = tmp_path / "good.mp4"
    good.write_bytes(films.film())
    for target in (str(good), good.name, f"file:{good}", f"{address}/a.mp4", f"concat:{good}", f"subfile,,:{good}"):
        for kind, before in (("mp4", ""), ("webm", ""), ("mp4", "\0\0\0\x18ftypisom\0\0\0\0isommp42")):
            hostile = tmp_path / f"hostile.{kind}"
            hostile.write_text(before + NAMES_OTHERS[name](target))
            assert probed(hostile, kind).get("problem") in ("corrupt", "cut_off"), (target, kind)
    assert paths == []


@pytest.mark.parametrize("name", ["HLS", "concat"])
def test_a_decoder_that_may_choose_the_format_would_open_it(
    tmp_path: Path, called: tuple[str, list[str]], name: str
) -> None:
    """That the test above can fail: opened without a fixed format, the same files lead to the other one."""
    address, paths = called
    (tmp_path / "good.mp4").write_bytes(films.film())
    hostile = tmp_path / "hostile.m3u8"
    hostile.write_text(NAMES_OTHERS[name]("good.mp4" if name == "concat" else f"{address}/a.mp4"))
    options = {"extension_picky": "0", "protocol_whitelist": "file,http,tcp", "allowed_extensions": "ALL"}
    with av.open(str(hostile), options=options) as container:
        assert container.streams.video[0].width == 320
    assert bool(paths) == (name == "HLS")


def test_a_film_with_a_subtitle_track_and_a_file_within_is_measured_alone(tmp_path: Path) -> None:
    path = tmp_path / "film.webm"
    path.write_bytes(films.film("webm"))
    assert probed(path, "webm")["width"] == 320


# ---- files that cost much


def inside(body: bytes, kind: bytes, at: int = 0) -> int:
    """Where the content of the next box of that kind begins."""
    return body.index(kind, at) + 4


def replaced(body: bytes, at: int, new: bytes) -> bytes:
    return body[:at] + new + body[at + len(new) :]


def with_sides(width: int, height: int) -> bytes:
    body = films.film()
    body = replaced(body, inside(body, b"avc1", body.index(b"stsd")) + 24, struct.pack(">HH", width, height))
    return replaced(body, inside(body, b"tkhd") + 76, struct.pack(">II", width << 16, height << 16))


def with_tracks(count: int) -> bytes:
    """The same track so many times more."""
    body = films.film(sound=False)
    ((_kind, moov, length),) = [box for box in films.boxes_of(body) if box[0] == b"moov"]
    at = body.index(b"trak", moov) - 4
    (size,) = struct.unpack(">I", body[at : at + 4])
    track = body[at : at + size]
    head = body[:moov] + struct.pack(">I", length + size * count) + body[moov + 4 : at]
    return head + track * (count + 1) + body[at + size :]


def with_table(kind: bytes, *numbers: int) -> bytes:
    """The first table of that kind with other numbers at its beginning."""
    body = films.film()
    return replaced(body, inside(body, kind) + 4, struct.pack(f">{len(numbers)}I", *numbers))


def nested(count: int) -> bytes:
    body = films.film()
    deep = b""
    for _ in range(count):
        deep = struct.pack(">I", len(deep) + 8) + b"udta" + deep
    return body + struct.pack(">I", len(deep) + 8) + b"moov" + deep


LONGEST = 0xFFFFFFFF
COSTLY: dict[str, Callable[[], bytes]] = {
    "65,535 pixels wide": lambda: with_sides(65_535, 65_535),
    "16,384 pixels wide": lambda: with_sides(16_384, 16_384),
    "no pixels": lambda: with_sides(0, 0),
    "ten thousand tracks": lambda: with_tracks(10_000),
    "a table of four billion times": lambda: with_table(b"stts", LONGEST, LONGEST, LONGEST),
    "four billion pictures a second": lambda: with_table(b"stts", 1, LONGEST, 0),
    "a table of four billion sizes": lambda: with_table(b"stsz", 0, LONGEST),
    "pictures of four gigabytes": lambda: with_table(b"stsz", LONGEST, LONGEST),
    "a table of four billion chunks": lambda: with_table(b"stsc", LONGEST, 1, LONGEST),
    "chunks outside of the file": lambda: with_table(b"stco", 1, LONGEST),
    "boxes in boxes": lambda: nested(20_000),
    "a hundred years": lambda: with_table(b"mvhd", 0, 0, 1, LONGEST),
}  # fmt: skip


def is_sound(report: dict[str, Any]) -> bool:
    """What comes out is a problem that people get a sentence for, or facts within their bounds."""
    if problem := report.get("problem"):
        return problem in ("corrupt", "cut_off", "no_picture", "too_large")
    return 0 < report["width"] <= 8192 and 0 < report["height"] <= 8192 and len(report["poster"]) < probing.MOST_OUTPUT


@pytest.mark.security_figures
@pytest.mark.slow
def test_a_video_that_is_made_to_cost_much_ends_with_a_sentence(tmp_path: Path, subtests: pytest.Subtests) -> None:
    path = tmp_path / "film.mp4"
    for name, made in COSTLY.items():
        with subtests.test(name):
            path.write_bytes(made())
            assert is_sound(probed(path, "mp4"))
    security_figures.record("Files and words: videos", {"hostile videos": len(COSTLY)})


def test_a_video_of_too_many_pixels_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(films.film(size=(8400, 64), seconds=0.2))
    assert probed(path, "mp4") == {"problem": "too_large"}


@pytest.mark.slow
def test_whatever_byte_of_a_film_is_wrong_the_probe_answers(tmp_path: Path) -> None:
    chance = random.Random(9)
    for kind in ("mp4", "webm"):
        body, path = films.film(kind), tmp_path / f"film.{kind}"
        for _ in range(15):
            damaged = bytearray(body)
            for _ in range(chance.randint(1, 60)):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
            path.write_bytes(damaged)
            assert is_sound(probed(path, kind))
