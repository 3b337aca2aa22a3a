"""Bodies of requests that are sent without reading their files into memory.

A body has `read` and a length, which is all that `common.http` needs: a chunk of a file is read when it is sent, so
each chunk keeps the caller's lease alive (`platforms.types.Read`). A file with fewer bytes than its size raises
`OSError`: a request that is shorter than its announced length is never sent as a whole one.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO
from uuid import uuid4

CHUNK = 64 * 1024
SHORT = "a file has fewer bytes than its size"


@dataclass(frozen=True)
class FormFile:
    """A file of a form. `size` is the number of its bytes, from where `content` stands. `filename` and `mime` are ours,
    never a person's."""

    name: str
    filename: str
    mime: str
    content: BinaryIO
    size: int


class Form:
    """The body of a multipart/form-data request (RFC 7578), read once."""

    def __init__(self, fields: Mapping[str, str], files: Sequence[FormFile]) -> None:
        boundary = uuid4().hex
        self.content_type = f"multipart/form-data; boundary={boundary}"
        heads = [_head(boundary, f'name="{name}"') + value.encode() + b"\r\n" for name, value in fields.items()]
        opened = [(_file_head(boundary, file), file) for file in files]
        end = f"--{boundary}--\r\n".encode()
        self._length = sum(map(len, heads)) + sum(len(head) + file.size + 2 for head, file in opened) + len(end)
        self._chunks = _chunks(heads, opened, end)
        self._rest = b""

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[bytes]:
        yield from self._chunks

    def read(self, size: int = -1) -> bytes:
        """At most `size` bytes, or all that are left; b"" at the end."""
        parts, missing = [self._rest], size - len(self._rest)
        while size < 0 or missing > 0:
            chunk = next(self._chunks, b"")
            if not chunk:
                break
            parts.append(chunk)
            missing -= len(chunk)
        body = b"".join(parts)
        self._rest = b"" if size < 0 else body[size:]
        return body if size < 0 else body[:size]


class FileBody:
    """A file as the whole body, read once."""

    def __init__(self, content: BinaryIO, size: int) -> None:
        self.content = content
        self.size = self.missing = size

    def __len__(self) -> int:
        return self.size

    def __iter__(self) -> Iterator[bytes]:
        while chunk := self.read(CHUNK):
            yield chunk

    def read(self, size: int = -1) -> bytes:
        chunk = self.content.read(self.missing if size < 0 else min(size, self.missing))
        if self.missing and not chunk:
            raise OSError(SHORT)
        self.missing -= len(chunk)
        return chunk


def _chunks(heads: Sequence[bytes], files: Sequence[tuple[bytes, FormFile]], end: bytes) -> Iterator[bytes]:
    yield from heads
    for head, file in files:
        yield head
        missing = file.size
        while missing:
            chunk = file.content.read(min(CHUNK, missing))
            if not chunk:
                raise OSError(SHORT)
            missing -= len(chunk)
            yield chunk
        yield b"\r\n"
    yield end


def _head(boundary: str, names: str, mime: str = "") -> bytes:
    kind = f"Content-Type: {mime}\r\n" if mime else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {names}\r\n{kind}\r\n".encode()


def _file_head(boundary: str, file: FormFile) -> bytes:
    return _head(boundary, f'name="{file.name}"; filename="{file.filename}"', file.mime)
