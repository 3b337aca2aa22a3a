"""The servers and the reserve on a disk that is really full."""

import time
from contextlib import closing

import pytest
import redis

from launcher import files, valkey
from launcher.reserve import Reserve
from launcher.supervisor import DataDisk
from portal import disk
from tests import patience, small_disk


@pytest.fixture
def valkey_on_a_full_disk():
    """Its directory and its address. It refuses to write."""
    with small_disk.mounted(16) as place:
        url = valkey.start(place)
        try:
            with small_disk.filled(place):
                await_refusal(url)
                yield place, url
        finally:
            valkey.stop(place)


def await_refusal(url):
    deadline = time.monotonic() + patience.SECONDS
    with closing(redis.Redis.from_url(url)) as client:
        while time.monotonic() < deadline:
            try:
                client.set("key", "0" * 10_000)
            except redis.ResponseError as problem:
                if "MISCONF" in str(problem):
                    return
                raise
            time.sleep(0.05)
    raise AssertionError("Valkey wrote to a disk without space")


def test_a_valkey_that_cannot_write_is_known_as_ours_and_no_second_one_is_started(valkey_on_a_full_disk):
    place, url = valkey_on_a_full_disk
    assert valkey.is_running(place)
    assert valkey.answers(place)
    assert valkey.start(place) == url


def test_a_valkey_that_cannot_write_is_stopped(valkey_on_a_full_disk):
    place, _ = valkey_on_a_full_disk
    assert valkey.stop(place) is True
    assert not valkey.is_running(place)


def test_a_valkey_starts_on_a_full_disk_with_what_it_had(valkey_on_a_full_disk):
    place, url = valkey_on_a_full_disk
    before = files.load(place / "secrets.json")
    valkey.stop(place)
    assert valkey.start(place) == url
    assert files.load(place / "secrets.json") == before


def test_a_full_disk_gets_the_reserve_and_gives_it_back():
    megabytes = disk.FULL_MEGABYTES + 60
    with small_disk.mounted(megabytes) as place:
        data_disk = DataDisk(place, Reserve(place, megabytes=16))
        assert not data_disk.check()
        data_disk.tend_reserve()
        assert data_disk.reserve.path.stat().st_size == 16 * 2**20
        small_disk.take_all(place / "large")
        assert disk.free_megabytes(place) == 1
        assert data_disk.check()
        data_disk.tend_reserve()
        assert not data_disk.reserve.path.exists()
        assert disk.free_megabytes(place) >= 15
        (place / "large").unlink()
        assert not data_disk.check()
        data_disk.tend_reserve()
        assert data_disk.reserve.path.exists()


def test_the_reserve_is_not_made_where_it_would_fill_the_disk():
    with small_disk.mounted(disk.FULL_MEGABYTES + 20) as place:
        reserve = Reserve(place, megabytes=16)
        assert reserve.keep() is False
        assert list(place.iterdir()) == []
