"""The converter on a whole dictionary. `make maintain WHAT=dictionary` measures it and writes the figures."""

import lzma
import subprocess
import sys
from pathlib import Path
from time import thread_time

import pytest

from serbian import to_cyrillic, to_latin
from serbian.gather import paradigms
from serbian.measure import list_of, measure_round_trip
from tests.serbian.vectors import EVERY_WORD

# Misspellings of the dictionary itself: "нј" for њ, of which nobody can know that it was not meant.
MISSPELT = {"ажуриранје", "вишнја", "вишнјевац"}


def test_every_word_of_a_quarter_of_a_million_comes_back_or_is_a_name_kept_latin():
    words = list_of(EVERY_WORD)
    result = measure_round_trip(words)
    assert result.words == len(words) > 250_000
    assert result.wrong == []
    assert set(result.undecidable) == MISSPELT
    assert {word.lower()[:8] for word in result.kept} == {"двд", "пвц", "пдф", "андроида", "андроиди"[:8], "мицрософ"}


@pytest.mark.slow
def test_every_word_comes_back_in_capitals_too():
    words = [word.upper() for word in list_of(EVERY_WORD)]
    result = measure_round_trip(words)
    assert result.wrong == []
    assert len(result.undecidable) == len(MISSPELT)


@pytest.mark.slow
def test_a_quarter_of_a_million_words_take_seconds():
    text = "\n".join(list_of(EVERY_WORD))
    begun = thread_time()
    to_cyrillic(to_latin(text))
    assert thread_time() - begun < 20  # two on a quiet machine


def test_the_measurement_counts_what_fails(tmp_path):
    result = measure_round_trip(["коњ", "инјекција", "конј", "Пдф"])
    assert (result.words, result.undecidable, result.failed) == (4, ["конј"], 1)
    assert measure_round_trip(["бунјија"]).wrong == ["бунјија"]


def test_the_report_is_written_from_any_list(tmp_path):
    word_list, report = tmp_path / "words.txt.xz", tmp_path / "report.md"
    word_list.write_bytes(lzma.compress("коњ\nбунјија\n".encode()))
    root = Path(__file__).parents[2]
    subprocess.run([sys.executable, "-m", "serbian.measure", word_list, "--to", report], check=True, cwd=root)
    assert "| word forms | 2 |" in report.read_text(encoding="utf-8")
    assert "Any other: бунјија." in report.read_text(encoding="utf-8")


def test_a_hunspell_dictionary_is_read_in_all_its_forms(tmp_path):
    (tmp_path / "sr_RS.aff").write_text("SFX 1 Y 2\nSFX 1 а а\nSFX 1 а у\nPFX 2 Y 1\nPFX 2 0 не\n", encoding="utf-8")
    (tmp_path / "sr_RS.dic").write_text("3\nвода/1\nзнан/1,2\nLXV\n", encoding="utf-8")
    assert list(paradigms(tmp_path)) == [{"вода", "воду"}, {"знан", "незнан"}]
