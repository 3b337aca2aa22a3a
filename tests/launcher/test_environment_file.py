"""Files of variables for systemd: what is written is what is read. `make maintain WHAT=test-debian` has systemd
read one."""

import stat

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from launcher import environment_file
from launcher.errors import LauncherError

VALUES = st.text(st.characters(categories=["L", "N", "P", "S"], include_characters=" "))


@settings(max_examples=50)
@given(VALUES)
def test_a_value_is_read_as_it_was_written(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("env") / "env"
    path.write_text(environment_file.written("NAME", value) + "\n", encoding="utf-8")
    assert environment_file.read(path) == {"NAME": value}


def test_what_systemd_would_take_for_something_else_is_escaped():
    """`make maintain WHAT=test-debian` has systemd read the same value."""
    assert environment_file.written("A", 'D$o`b\\o "š"') == r'A="D\$o\`b\\o \"š\""'
    assert environment_file.written("A", "") == "A="


@pytest.mark.parametrize("value", ["two\nlines", "a\x00", "\x1b[31m"])
def test_a_value_that_would_be_a_second_line_is_refused(value):
    with pytest.raises(ValueError, match="NAME"):
        environment_file.written("NAME", value)


def test_comments_and_quotes_are_understood(tmp_path):
    (tmp_path / "env").write_text('# a comment\n; another\n\nA=1\n B=\'two words\'\nC="say \\"no\\" \\$"\nD=a\\ b\n')
    assert environment_file.read(tmp_path / "env") == {"A": "1", "B": "two words", "C": 'say "no" $', "D": "a b"}


@pytest.mark.parametrize("line", ["export A=1", "A", "A=1\\", "=1"])
def test_a_line_that_is_no_variable_is_named_with_its_number(tmp_path, line):
    (tmp_path / "env").write_text(f"A=1\n{line}\n")
    with pytest.raises(LauncherError, match="Line 2 of"):
        environment_file.read(tmp_path / "env")


def test_a_change_leaves_everything_else_alone_and_is_for_the_owner_only(tmp_path):
    path = tmp_path / "env"
    path.write_text("# by hand\nA=1\nB=2\n")
    assert environment_file.update(path, {"B": "new one", "C": "3"})
    assert path.read_text() == '# by hand\nA=1\nB="new one"\nC=3\n'
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not environment_file.update(path, {"A": "1", "C": "3"})
