"""Bodies that are sent in chunks: what they announce, and never read at once."""

import io
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

import pytest

from platforms.bodies import CHUNK, FileBody, Form, FormFile


class Film(io.BytesIO):
    """Remembers the largest piece that was asked for."""

    largest = 0

    def read(self, size: int | None = -1) -> bytes:
        self.largest = max(self.largest, len(self.getvalue()) if size is None or size < 0 else size)
        return super().read(size)


def form(content: bytes, size: int | None = None) -> tuple[Form, Film]:
    film = Film(content)
    files = [FormFile("file", "snimak.mp4", "video/mp4", film, len(content) if size is None else size)]
    return Form({"description": "Мост преко Мораве"}, files), film


def parts(kind: str, body: bytes) -> dict[str, tuple[str, Any]]:
    message = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + kind.encode() + b"\r\n\r\n" + body)
    return {
        str(part.get_param("name", header="content-disposition")): (
            part.get_content_type(),
            part.get_payload(decode=True),
        )
        for part in message.iter_parts()
    }


@pytest.mark.parametrize("step", [1, 7, 16_384, -1])
def test_it_is_a_form_whatever_the_size_of_the_chunks(step: int) -> None:
    content = bytes(range(256)) * 3 + b"\r\n--x--\r\n" if step in (1, 7) else bytes(range(256)) * 2000
    body, _film = form(content)
    chunks = []
    while chunk := body.read(step):
        assert step < 0 or len(chunk) <= step
        chunks.append(chunk)
    sent = b"".join(chunks)
    assert len(sent) == len(body)
    assert parts(body.content_type, sent) == {
        "description": ("text/plain", "Мост преко Мораве".encode()),
        "file": ("video/mp4", content),
    }


def test_a_large_file_is_never_read_at_once() -> None:
    body, film = form(b"x" * (5 * CHUNK))
    while body.read(16_384):
        pass
    assert film.largest <= CHUNK
    assert sum(map(len, form(b"x" * (5 * CHUNK))[0])) == len(body)


def test_a_file_that_is_shorter_than_its_size_is_an_error_and_no_shorter_request() -> None:
    body, _film = form(b"x" * 100, size=200)
    with pytest.raises(OSError, match="fewer bytes"):
        body.read()


def test_a_file_as_a_body_is_what_it_announces() -> None:
    film = Film(b"x" * (3 * CHUNK + 5))
    body = FileBody(film, 3 * CHUNK)
    assert (len(body), b"".join(body), body.read(9)) == (3 * CHUNK, b"x" * (3 * CHUNK), b"")
    assert film.largest <= CHUNK


def test_a_shorter_file_as_a_body_is_an_error() -> None:
    body = FileBody(Film(b"x"), 2)
    assert body.read(2) == b"x"
    with pytest.raises(OSError, match="fewer bytes"):
        body.read(2)
