"""A probe as a conversation: each step is announced and waits for a yes, and what is public at the end is deleted.

What each step asked and what the network answered is written to one file of a directory, redacted.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from channels.probe.files import NoAddress
from channels.probe.recording import Recording
from channels.probe.steps import Step, Trial
from platforms.errors import OutcomeUnknown, PlatformError

YES = frozenset({"y", "yes", "d", "da"})
REVIEW = "Please look through the files before you send them: they hold shapes, no names, numbers or words of yours."


@dataclass
class Conversation:
    """`ask` puts a question and returns what was typed; `say` prints a line. `known`: words that no file may hold."""

    network: str
    trial: Trial
    recording: Recording
    directory: Path
    ask: Callable[[str], str]
    say: Callable[[str], None]
    known: frozenset[str] = frozenset()
    unclear: str = ""
    """The step whose outcome nobody knows."""

    def run(self) -> bool:
        """All steps. False where something is left on the account, or may be."""
        try:
            for step in self.trial.steps():
                self._step(step)
            self._delete()
        except (KeyboardInterrupt, EOFError):
            self.say("")
            self.say("Stopped.")
        self._account_for()
        return not self.trial.made and not self.unclear

    def _step(self, step: Step) -> None:
        self.say("")
        self.say(f"Step “{step.name}”. {step.before}")
        if step.impossible:
            self.say(f"Left out: {step.impossible}")
            return
        if not self._agrees("Go on?"):
            self.say("Skipped.")
            return
        self.unclear = step.name
        try:
            self.say(step.run())
            self.unclear = ""
        except OutcomeUnknown as unknown:
            self.say(f"It is not known whether this was done: {unknown.message}")
        except PlatformError as refused:
            self.unclear = ""
            self.say(f"Refused: {refused.message}")
        except NoAddress:
            self.unclear = ""
            self.say("Left out: the network fetches files by itself, and no public address of one was given.")
        self._store(step.name)

    def _delete(self) -> None:
        if not self.trial.made:
            return
        self.say("")
        self.say(f"Step “delete”. {len(self.trial.made)} things of this probe are public.")
        if not self._agrees("Delete them?"):
            return
        for one in reversed(list(self.trial.made)):
            try:
                self.trial.withdraw(one)
                self.say(f"Deleted: {one.what}.")
            except PlatformError as refused:
                self.say(f"Not deleted: {one.what}. {refused.message}")
        self._store("delete")

    def _agrees(self, question: str) -> bool:
        return self.ask(f"{question} [yes/no] ").strip().casefold() in YES

    def _account_for(self) -> None:
        """What is still there, whatever happened."""
        self.say("")
        for one in self.trial.made:
            self.say(f"Still public: {one.what}, {one.permalink or 'look at the account'}. Delete it by hand.")
        if self.unclear:
            self.say(
                f"The step “{self.unclear}” was not finished. Look at the account whether it left something there."
            )
        if not self.trial.made and not self.unclear:
            self.say("Nothing of this probe is public any more.")
        if any(self.directory.glob("*.json")):
            self.say(f"The answers are in {self.directory}. {REVIEW}")

    def _store(self, name: str) -> None:
        calls = [call.redacted(self.known) for call in self.recording.take()]
        if not calls:
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        content = {
            "network": self.network,
            "step": name,
            "recorded_on": f"{datetime.now(UTC):%Y-%m-%d}",
            "calls": calls,
        }
        file = self.directory / f"{name}.json"
        file.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
