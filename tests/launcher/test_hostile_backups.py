"""Archives that somebody else made: nothing of them is written anywhere but in the directory for unpacking."""

from __future__ import annotations

import io
import json
import os
import random
import tarfile
from pathlib import Path

import pytest

from launcher import backup
from launcher.errors import LauncherError
from tests import security_figures

Member = tuple[tarfile.TarInfo, bytes]


def member(
    name: str, body: bytes = b"", *, kind: bytes = tarfile.REGTYPE, target: str = "", mode: int = 0o644
) -> Member:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, target, len(body)
    return info, body


ABOUT = {"format": backup.FORMAT, "made_at": "2026-11-28T20:00:00+00:00", "migrations": {}}
KEYS = {"SECRET_KEY": "secret", "TOKEN_KEYS": "keys"}
PLAIN = [
    member("about.json", json.dumps(ABOUT).encode()),
    member("keys.json", json.dumps(KEYS).encode()),
    member("database.dump", b"PGDMP"),
    member("media", kind=tarfile.DIRTYPE),
    member("media/a.png", b"\x89PNG"),
]


def sparse(name: str) -> Member:
    """A file of a terabyte that takes no room in the archive."""
    info, body = member(name)
    info.pax_headers = {"GNU.sparse.major": "1", "GNU.sparse.minor": "0", "GNU.sparse.realsize": str(1 << 40)}
    info.pax_headers["GNU.sparse.name"] = name
    content = b"1\n1099511627775\n1\n".ljust(512, b"\0") + b"x".ljust(512, b"\0")
    info.size = len(content)
    return info, content or body


LINKS = (tarfile.SYMTYPE, tarfile.LNKTYPE)
DEVICES = (tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE)
HOSTILE: dict[str, list[Member]] = {
    "the directory above": [member("../escaped", b"x")],
    "many directories above": [member("media/../../../escaped", b"x")],
    "an absolute name": [member("{place}/escaped", b"x")],
    "an absolute name with two slashes": [member("/{place}/escaped", b"x")],
    "another name of a directory": [member("media/./a.png", b"x")],
    "a name with a slash at its end": [member("media/../escaped/", kind=tarfile.DIRTYPE)],
    "a name of Windows": [member("..\\escaped", b"x")],
    "a part that we do not write": [member("secrets.json", b"{}")],
    "a part twice": [member("keys.json", json.dumps(KEYS).encode())],
    "a file twice": [member("media/a.png", b"other")],
    "a directory over a file": [member("media/a.png", kind=tarfile.DIRTYPE)],
    "media that are a file": [member("media", b"x")],
    "keys below media's name": [member("media\n/a", b"x")],
    **{f"a link {kind!r} out": [member("media/link", kind=kind, target="{place}")] for kind in LINKS},
    **{f"a link {kind!r} above": [member("media/link", kind=kind, target="../../escaped")] for kind in LINKS},
    **{
        f"a file through a link {kind!r}": [
            member("media/link", kind=kind, target="{place}"),
            member("media/link/escaped", b"x"),
        ]
        for kind in LINKS
    },
    **{f"a device {kind!r}": [member("media/device", kind=kind)] for kind in DEVICES},
    "a sparse file": [sparse("media/terabyte")],
}  # fmt: skip


def archive_of(path: Path, members: list[Member], place: Path) -> Path:
    with tarfile.open(path, "w:gz", format=tarfile.PAX_FORMAT) as out:
        for info, body in members:
            copied = info.replace(
                name=info.name.replace("{place}", str(place)), linkname=info.linkname.replace("{place}", str(place))
            )
            out.addfile(copied, io.BytesIO(body))
    return path


@pytest.mark.security_figures
def test_only_what_a_backup_writes_is_unpacked(tmp_path: Path, subtests: pytest.Subtests) -> None:
    place, work = tmp_path / "around", tmp_path / "around" / "work"
    work.mkdir(parents=True)
    assert backup._unpack(archive_of(tmp_path / "plain.tar.gz", PLAIN, place), work) == ABOUT
    for name, members in HOSTILE.items():
        for order, every in (("after", [*PLAIN, *members]), ("before", [*members, *PLAIN])):
            with subtests.test(name, order=order):
                inside = work / f"{name} {order}".replace("/", "")
                inside.mkdir()
                with pytest.raises(LauncherError, match="Nothing was changed"):
                    backup._unpack(archive_of(tmp_path / "hostile.tar.gz", every, place), inside)
                assert list(inside.iterdir()) == []
                assert sorted(path.name for path in place.iterdir()) == ["work"]
    security_figures.record("Files and words: backups", {"hostile archives": 2 * len(HOSTILE)})


@pytest.mark.parametrize("change", ["link", "outside"])
def test_the_measuring_sees_a_file_outside(tmp_path: Path, change: str) -> None:
    """That the test above can fail: the same archives, unpacked without any check."""
    place, work = tmp_path / "around", tmp_path / "around" / "work"
    work.mkdir(parents=True)
    name = "a file through a link b'2'" if change == "link" else "the directory above"
    with tarfile.open(archive_of(tmp_path / "hostile.tar.gz", HOSTILE[name], place)) as archive:
        archive.extractall(work, filter="fully_trusted")
    assert (place / "escaped").exists()


def test_a_backup_larger_than_the_disk_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    """Its headers alone say so: what follows them is never read."""
    info, _ = member("media/large")
    info.size = 1 << 50
    body = info.tobuf() + bytes(10_000)
    (tmp_path / "large.tar").write_bytes(body)
    with pytest.raises(LauncherError, match="not enough free space"):
        backup._unpack(tmp_path / "large.tar", tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["large.tar"]


@pytest.mark.parametrize("pack", ["w:gz", "w:bz2", "w:xz", "w:"])
def test_whatever_byte_of_an_archive_is_wrong_there_is_a_sentence(tmp_path: Path, pack: str) -> None:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=pack) as archive:  # type: ignore[call-overload]
        for info, body in PLAIN:
            archive.addfile(info.replace(), io.BytesIO(body))
    raw, chance, refused = out.getvalue(), random.Random(4), 0
    for number in range(150):
        damaged = bytearray(raw)
        for _ in range(chance.randint(1, 6)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        (work := tmp_path / str(number)).mkdir()
        (tmp_path / "damaged").write_bytes(damaged)
        try:
            backup._unpack(tmp_path / "damaged", work)
        except LauncherError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize(
    "made_at", [None, 5, "2026\x1b[2J", "2026\nRestored."], ids=["nothing", "number", "escape", "line"]
)
def test_no_word_of_an_archive_reaches_the_terminal_as_a_command(tmp_path: Path, made_at: object) -> None:
    about = member("about.json", json.dumps({**ABOUT, "made_at": made_at}).encode())
    (work := tmp_path / "work").mkdir()
    with pytest.raises(LauncherError, match="this version can read"):
        backup._unpack(archive_of(tmp_path / "hostile.tar.gz", [about, *PLAIN[1:]], tmp_path), work)


def test_a_dump_that_runs_programs_is_at_least_no_dump_of_ours(tmp_path: Path) -> None:
    """SQL in place of the dump is not run: only pg_dump's own format is read."""
    script = member("database.dump", b"COPY (SELECT 1) TO PROGRAM 'touch %s';" % os.fsencode(tmp_path / "escaped"))
    (work := tmp_path / "work").mkdir()
    hostile = archive_of(tmp_path / "hostile.tar.gz", [*PLAIN[:2], script], tmp_path)
    backup._unpack(hostile, work)
    with pytest.raises(LauncherError, match="Nothing was changed"):
        backup._require_readable_dump(hostile, work / "database.dump")
    assert not (tmp_path / "escaped").exists()
