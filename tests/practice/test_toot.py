"""toot, a command-line client that we did not write, as processes of its own on the running network over https."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from practice.domain import door, react, write
from practice.enums import AccountKind
from practice.models import Account, Bookmark, Follow, Like, Media, Status
from tests import patience
from tests.practice.authority import Authority
from tests.practice.consenting import Person

pytestmark = pytest.mark.django_db(transaction=True)


@dataclass
class Toot:
    """One person's toot: it keeps its programs and tokens in a folder of its own."""

    folder: Path
    authority: Authority

    def __call__(self, *arguments: str) -> str:
        """What the command prints, which ends well."""
        done = self._run(*arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def read(self, *arguments: str) -> Any:
        return json.loads(self(*arguments, "--json"))

    def refused(self, *arguments: str) -> str:
        done = self._run(*arguments)
        assert done.returncode != 0, done.stdout
        return done.stdout + done.stderr

    def login(self, person: Person, username: str) -> str:
        """As a person does: open the link that it prints, and give it the code that the page shows."""
        process = subprocess.Popen(
            self._command("login", "--instance", person.address), env=self._environ(), text=True, encoding="utf-8",
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert process.stdin
        assert process.stdout
        # Only to end a test that hangs: without an answer the lines below would wait for ever.
        alarm = threading.Timer(patience.SECONDS, process.kill)
        alarm.start()
        try:
            printed = ""
            for line in process.stdout:
                printed += line
                if re.match(r"https://\S+/oauth/authorize", line):
                    process.stdin.write(f"n\n{person.code_for(line.strip(), username)}\n")
                    process.stdin.close()
            assert process.wait(patience.SECONDS) == 0, printed
        finally:
            alarm.cancel()
            process.kill()
            process.stdout.close()
        return printed

    def _run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*arguments), env=self._environ(), stdin=subprocess.DEVNULL, capture_output=True, text=True,
            encoding="utf-8", timeout=patience.SECONDS, check=False,
        )  # fmt: skip

    def _command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-m", "toot", "--no-color", *arguments]

    def _environ(self) -> dict[str, str]:
        folders = {name: str(self.folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME")}
        return {**os.environ, **folders, "REQUESTS_CA_BUNDLE": str(self.authority.root), "PYTHONIOENCODING": "utf-8"}


@pytest.fixture
def page(transactional_db: None) -> Account:
    return door.create(AccountKind.PAGE, "Општина на проби", username="opstina")


@pytest.fixture
def citizen(transactional_db: None) -> Account:
    return door.enter("Комшија")


@pytest.fixture
def person(secure_network: str, authority: Authority) -> Person:
    return Person(secure_network, str(authority.root))


@pytest.fixture
def toot(tmp_path: Path, authority: Authority) -> Toot:
    return Toot(tmp_path, authority)


def test_a_person_signs_in_posts_and_sees_the_post(toot: Toot, person: Person, page: Account) -> None:
    assert "Successfully logged in" in toot.login(person, page.username)
    assert "Toot posted" in toot("post", "Сутра нема воде. #вода")
    assert "Сутра нема воде" in toot("timeline", "--once")
    assert Status.objects.get().account == page


@pytest.mark.slow
def test_the_commands_of_a_whole_day_do_what_they_say(
    toot: Toot, person: Person, page: Account, citizen: Account, tmp_path: Path
) -> None:
    toot.login(person, page.username)
    assert "opstina" in toot("auth")
    assert "@opstina" in toot("whoami")
    assert "Practice network" in toot("instance")

    theirs = write.publish(citizen, write.Draft("Докле ће радови? @opstina #радови", "sr"))
    assert "Комшија" in toot("notifications")
    assert "Докле ће радови" in toot("status", str(theirs.pk))
    for where in (("--public",), ("--public", "--local"), ("--tag", "радови"), ("--account", citizen.username)):
        assert "Докле ће радови" in toot("timeline", "--once", *where)
    assert "радови" in toot("search", "радови")
    assert citizen.username in toot("search", "комшија", "--type", "accounts")

    answer = toot.read("post", "До петка.", "--reply-to", str(theirs.pk), "--language", "sr")
    assert (answer["in_reply_to_id"], answer["language"]) == (str(theirs.pk), "sr")
    thread = toot("thread", str(theirs.pk))
    assert thread.index("Докле ће радови") < thread.index("До петка")

    assert "You are now following" in toot("follow", citizen.username)
    assert citizen.username in toot("following")
    react.follow(citizen, page)
    assert citizen.username in toot("followers")
    assert "Докле ће радови" in toot("timeline", "--once")
    toot("unfollow", citizen.username)
    assert not Follow.objects.filter(account=page).exists()

    for command in ("favourite", "reblog", "bookmark"):
        toot(command, str(theirs.pk))
    assert "Докле ће радови" in toot("bookmarks", "--once")
    assert citizen.username in toot("whois", citizen.username)
    assert "opstina" in toot("reblogged_by", str(theirs.pk))
    for command in ("unfavourite", "unreblog", "unbookmark"):
        toot(command, str(theirs.pk))
    assert not Like.objects.exists()
    assert not Bookmark.objects.exists()


@pytest.mark.slow
def test_pictures_polls_and_what_is_ones_own(toot: Toot, person: Person, page: Account, tmp_path: Path) -> None:
    toot.login(person, page.username)
    picture = tmp_path / "most.png"
    Image.new("RGB", (60, 40), (200, 30, 30)).save(picture)
    assert "Successfully uploaded media" in toot("upload", str(picture), "--description", "Мост")
    with_picture = toot.read("post", "Мост", "--media", str(picture), "--description", "Мост преко Рашке")
    assert with_picture["media_attachments"][0]["description"] == "Мост преко Рашке"
    assert Media.objects.filter(status=with_picture["id"]).count() == 1

    poll = toot.read("post", "Шта прво?", "--poll-option", "Парк", "--poll-option", "Пијаца", "--poll-expires-in", "1h")
    assert "Пијаца" in toot("polls", "show", poll["poll"]["id"])
    assert "You voted" in toot("polls", "vote", poll["poll"]["id"], "1")
    assert "already voted" in toot.refused("polls", "vote", poll["poll"]["id"], "0")

    toot("pin", with_picture["id"])
    assert Status.objects.filter(pinned_at__isnull=False).count() == 1
    toot("unpin", with_picture["id"])
    toot("delete", with_picture["id"])
    assert not Status.objects.filter(pk=with_picture["id"]).exists()
    assert "Record not found" in toot.refused("status", with_picture["id"])
    assert "character limit" in toot.refused("post", "ж" * 501)
    assert "Scheduled posts are not supported" in toot.refused("post", "Касније", "--scheduled-in", "1h")


def test_a_password_signs_nobody_in(toot: Toot, person: Person, page: Account) -> None:
    command = ("login_cli", "--instance", person.address, "--email", "a@b.example", "--password", "x")
    assert "Login failed" in toot.refused(*command)
