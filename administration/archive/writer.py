"""A ZIP file that is streamed: one document, table or file after the other."""

import csv
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any, BinaryIO, Self
from uuid import UUID

from django.utils import timezone

from common.spreadsheets import harmless_csv

# What packing would only slow down.
PACKED = (".jpg", ".jpeg", ".png", ".webp", ".gif", ".mp4", ".mov", ".webm", ".pdf", ".zip")
PIECE = 256 * 1024


class Archive:
    """`heartbeat` is called after each chunk, as long work has to send heartbeats; `advanced` with the number of posts
    and pictures that are in it."""

    def __init__(
        self, path: Path, heartbeat: Callable[[], None], advanced: Callable[[int], None] = lambda count: None
    ) -> None:
        self.path, self.heartbeat, self.advanced = path, heartbeat, advanced
        self.count = 0
        self.files: dict[str, int] = {}
        """Names of tables and how many rows they got, for the index."""
        self.missing: list[str] = []

    def __enter__(self) -> Self:
        self._zip = zipfile.ZipFile(self.path, "w", zipfile.ZIP_DEFLATED, allowZip64=True, compresslevel=6)
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    @contextmanager
    def _entry(self, name: str) -> Iterator[BinaryIO]:
        self.heartbeat()
        info = zipfile.ZipInfo(name, timezone.localtime().timetuple()[:6])
        info.compress_type = zipfile.ZIP_STORED if name.lower().endswith(PACKED) else zipfile.ZIP_DEFLATED
        info.external_attr = 0o640 << 16
        with self._zip.open(info, "w", force_zip64=True) as out:
            yield out  # type: ignore[misc]

    def advance(self) -> None:
        """A post or a picture is in it."""
        self.count += 1
        self.advanced(self.count)

    def json(self, name: str, value: Any) -> None:
        self.text(name, [json.dumps(value, ensure_ascii=False, indent=1, default=plain)])

    def text(self, name: str, pieces: Iterable[str]) -> None:
        with self._entry(name) as out:
            for piece in pieces:
                out.write(piece.encode())

    def table(self, name: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """CSV in UTF-8 with the mark by which spreadsheets know it."""
        count = 0
        with self._entry(name) as out, io.TextIOWrapper(out, "utf-8-sig", newline="", write_through=True) as text:
            writer = csv.writer(text)
            writer.writerow([_cell(heading) for heading in headings])
            for row in rows:
                writer.writerow([_cell(value) for value in row])
                count += 1
                if count % 500 == 0:
                    self.heartbeat()
            self.files[name] = count

    def file(self, name: str, opened: Callable[[], Any]) -> bool:
        """Copy a file. One that is not there is noted, and the rest goes on."""
        try:
            source = opened()
        except OSError:
            self.missing.append(name)
            return False
        with source, self._entry(name) as out:
            shutil.copyfileobj(source, out, PIECE)
        return True


def _cell(value: Any) -> Any:
    if isinstance(value, str):
        return harmless_csv(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict | list):
        return harmless_csv(json.dumps(value, ensure_ascii=False, default=plain))  # in a string of it, still JSON
    return "" if value is None else plain(value)


def plain(value: Any) -> Any:
    """For JSON and cells: times with their offset, everything else as text."""
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    if isinstance(value, int | float):
        return value
    if isinstance(value, UUID | Decimal):
        return str(value)
    return str(value)
