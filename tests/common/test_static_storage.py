"""Static files are compressed when they are collected: quickly where somebody waits, well in the image."""

from pathlib import Path

import brotli
import pytest

from common.static_storage import StaticStorage

STYLES = "".join(path.read_text(encoding="utf-8") for path in sorted(Path("static/css").glob("*.css")))


@pytest.fixture
def compressed_size(tmp_path):
    """Bytes of a stylesheet as a storage of this quality compresses it."""

    def size(**options):
        storage = StaticStorage(location=tmp_path, base_url="/static/", **options)
        (tmp_path / "all.css").write_text(STYLES, encoding="utf-8")
        list(storage.compress_files(["all.css"]))
        content = (tmp_path / "all.css.br").read_bytes()
        assert brotli.decompress(content).decode() == STYLES
        return len(content)

    return size


def test_files_of_the_image_are_smaller_and_both_say_the_same(compressed_size):
    assert len(STYLES) > 20_000
    assert compressed_size(brotli_quality=11) < compressed_size(brotli_quality=5) < len(STYLES) / 3


def test_without_a_quality_files_are_as_small_as_possible(compressed_size):
    assert compressed_size() == compressed_size(brotli_quality=11)
