"""A form with files, sent without reading them into memory (RFC 7578).

The body has `read` and a length, which is all that `common.http` needs: a chunk of a file is read when it is sent, so
each chunk keeps the caller's lease alive (`platforms.types.Read`).
"""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

CHUNK = 64 * 1024


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
    """The body of a multipart/form-data request, read once. Raises `OSError` for a file with fewer bytes than its
    size."""

    def __init__(self, fields: Mapping[str, str], files: Sequence[FormFile]) -> None:
        boundary = secrets.token_hex(16)
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


def _chunks(heads: Sequence[bytes], files: Sequence[tuple[bytes, FormFile]], end: bytes) -> Iterator[bytes]:
    yield from heads
    for head, file in files:
        yield head
        missing = file.size
        while missing:
            chunk = file.content.read(min(CHUNK, missing))
            if not chunk:
                raise OSError("a file of the form has fewer bytes than its size")
            missing -= len(chunk)
            yield chunk
        yield b"\r\n"
    yield end


def _head(boundary: str, names: str, mime: str = "") -> bytes:
    kind = f"Content-Type: {mime}\r\n" if mime else ""
    return f"--{boundary}\r\nContent-Disposition: form-data; {names}\r\n{kind}\r\n".encode()


def _file_head(boundary: str, file: FormFile) -> bytes:
    return _head(boundary, f'name="{file.name}"; filename="{file.filename}"', file.mime)
