"""`make model`: check the models of the outbox with SPIN, and that they fail once a guard is removed.

They are `model/outbox.pml`, a delivery, and `model/edits.pml`, corrections of one post; docs/model.md explains them.
Every check is exhaustive. `--all` adds `LONG`, which takes minutes more. `--write` puts the table of counterexamples
into the document, the states of the intact models, and what the run took.
"""

from __future__ import annotations

import argparse
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

import psutil

from launcher.site import ROOT

OUTBOX = ROOT / "model" / "outbox.pml"
EDITS = ROOT / "model" / "edits.pml"
DOCUMENT = ROOT / "docs" / "model.md"
BEGIN, END = "<!-- counterexamples -->", "<!-- /counterexamples -->"
# Without optimisation: compiling a check with -O1 takes many times what its search then gains. Nor does -DCOLLAPSE pay;
# the states of the largest check fit into 500 MB without it.
COMPILE = ("gcc", "-O0", "-w", "-o", "pan", "pan.c")
SAFE = ("-DSAFETY", "-DNOCLAIM")
LIVE = ("-DNFAIR=4",)
DEPTH = 2_000_000
PROCESSES = 2
# More processor time than this share that others took meanwhile is noted as a busy machine.
QUIET = 0.1


@dataclass(frozen=True)
class Check:
    """One run of SPIN. `options` choose the network and what happens; `violates` is the property that has to fail,
    empty where all have to hold."""

    title: str
    options: tuple[str, ...]
    violates: str = ""
    liveness: bool = False
    model: Path = OUTBOX


def check(title: str, options: str, violates: str = "", *, liveness: bool = False) -> Check:
    flags = tuple(f"-D{name}" for name in options.split())
    return Check(title, flags + (("-DLIVENESS",) if liveness else ()), violates, liveness)


def edits(title: str, options: str = "", violates: str = "") -> Check:
    """One run of `model/edits.pml`."""
    return Check(title, tuple(f"-D{name}" for name in options.split()), violates, model=EDITS)


INTACT = (
    check("no keys", "NETWORK=NO_KEYS"),
    check("no keys, a person consents twice", "NETWORK=NO_KEYS CONSENTS=2"),
    check("no keys, lists lag, a person may err", "NETWORK=NO_KEYS LAG"),
    check("no keys, refuses and carries out", "NETWORK=NO_KEYS LIES"),
    check("no keys, pauses", "NETWORK=NO_KEYS PAUSES"),
    check("no keys, restored", "NETWORK=NO_KEYS RESTORE"),
    check("no keys, the same text twice", "NETWORK=NO_KEYS TWIN"),
    check("no keys, two channels", "NETWORK=NO_KEYS OTHER"),
    check("no keys, edited and taken down", "NETWORK=NO_KEYS EDIT REMOVAL"),
    check("keys", "NETWORK=KEYS"),
    check("keys, pauses", "NETWORK=KEYS PAUSES"),
    check("keys, restored", "NETWORK=KEYS RESTORE"),
    check("the key is the place (Bluesky), taken down", "NETWORK=STORAGE REMOVAL"),
    check("two steps", "NETWORK=TWO_STEP"),
    # With both publishers it has twelve million states, which takes minutes.
    check("two steps, restored, one publisher", "NETWORK=TWO_STEP RESTORE CONSENTS=0 ONE_PUBLISHER"),
    check("no keys: it ends or asks", "NETWORK=NO_KEYS", liveness=True),
    check("no keys, pauses: it ends or asks", "NETWORK=NO_KEYS PAUSES", liveness=True),
    check("no keys, restored: it ends or asks", "NETWORK=NO_KEYS RESTORE", liveness=True),
    check("keys: it ends or asks", "NETWORK=KEYS", liveness=True),
    check("Bluesky: it ends or asks", "NETWORK=STORAGE", liveness=True),
    check("two steps: it ends or asks", "NETWORK=TWO_STEP CONSENTS=0", liveness=True),
    edits("corrections"),
    edits("corrections, the network tells its text", "READS_BACK"),
)

# What takes more than its share of the three minutes that `make model` may take.
LONG = (
    check("no keys, lists lag, a person consents twice", "NETWORK=NO_KEYS LAG CONSENTS=2"),
    check("no keys, refuses and carries out, pauses", "NETWORK=NO_KEYS LIES PAUSES"),
    check("no keys, restored, a person consents twice", "NETWORK=NO_KEYS RESTORE CONSENTS=2"),
    check("no keys, restored, pauses", "NETWORK=NO_KEYS RESTORE PAUSES"),
    check("keys, lists lag, a person consents twice", "NETWORK=KEYS LAG CONSENTS=2"),
    check("keys, refuses and carries out", "NETWORK=KEYS LIES"),
    check("the key is the place (Bluesky), restored", "NETWORK=STORAGE RESTORE"),
    edits("corrections, up to three calls of each, the network tells its text", "READS_BACK CALLS=3"),
)

# Another guard makes good for each of these, so removing it alone violates nothing.
DOUBLED = (
    check("`reconcile`: the policy allows a repeat (`PreSendCheck` too)", "NETWORK=KEYS PAUSES NO_POLICY_OF_REPEAT"),
    check("`find`: not what is bound already (`one_delivery_per_remote_post`)", "NETWORK=NO_KEYS TWIN NO_BOUND"),
    edits("`late_edits`: the window is asked again after the reading (no call left since)", "NO_FRESH_WINDOW"),
)

REVERTS = (
    check("`move`: the state in WHERE", "NETWORK=NO_KEYS NO_STATE_IN_WHERE", "not_forgotten"),
    check("`claim`: the row lock, one open attempt", "NETWORK=NO_KEYS NO_CLAIM_LOCK", "not_forgotten"),
    check("`PreSendCheck`: the lease is still ours", "NETWORK=NO_KEYS NO_LEASE_CHECK", "not_forgotten"),
    check("`PreSendCheck`: the policy is asked again", "NETWORK=NO_KEYS PAUSES NO_POLICY_AGAIN", "held_back"),
    check("`PreSendCheck`: `sent_at` is committed before the call", "NETWORK=NO_KEYS NO_SENT_AT", "not_forgotten"),
    check("`PreSendCheck`: checkpoints of open attempts", "NETWORK=TWO_STEP NO_CHECKPOINT_FENCE", "not_forgotten"),
    check("`attempts.close`: an attempt is closed once", "NETWORK=NO_KEYS NO_CLOSE_ONCE", "not_forgotten"),
    check("`sweep`: an unknown outcome stays unknown", "NETWORK=KEYS NO_UNKNOWN_KEPT", "published_once"),
    check("`reconcile`: absent counts after the commit window", "NETWORK=NO_KEYS NO_WINDOW", "asked_in_time"),
    check(
        "`reconcile`: a call that left since counts",
        "NETWORK=NO_KEYS RESTORE CONSENTS=2 NO_FRESH_WINDOW",
        "asked_in_time",
    ),
    check("`reconcile`: repeats only where keys are honoured", "NETWORK=NO_KEYS NO_KEYS_ASKED", "published_once"),
    check("`reconcile`: repeats once", "NETWORK=KEYS NO_ONCE_MORE", "repeated_once"),
    check("`may_resend`: only while the key lives", "NETWORK=KEYS NO_KEY_LIFE", "published_once"),
    check("`queries.bound`, `one_delivery_per_remote_post`", "NETWORK=NO_KEYS TWIN NO_UNIQUE", "published_is_public"),
    check("`open_channel`: of the delivery that is sent", "NETWORK=NO_KEYS OTHER NO_OWN_CHANNEL", "own_channel"),
    check("`settle`: an edit is never unknown", "NETWORK=NO_KEYS EDIT NO_EDIT_RULE", "edit_never_unknown"),
    check("`take_down`: only on request", "NETWORK=STORAGE REMOVAL NO_REQUEST", "removed_on_request"),
    check("`duplicates`: what is back after its removal", "NETWORK=STORAGE REMOVAL NO_REAPPEARED", "not_forgotten"),
    check("`answer`, `cancel`: searched again afterwards", "NETWORK=NO_KEYS NO_RECHECK_AFTER_PERSON", "not_forgotten"),
    check(
        "`answer`: searched before it is sent again",
        "NETWORK=NO_KEYS LAG NO_SEARCH_BEFORE_SENDING",
        "searched_before_sending",
    ),
    check(
        "`reconcile`: a search that began before the answer counts not",
        "NETWORK=NO_KEYS LAG NO_FRESH_ANSWER",
        "searched_before_sending",
    ),
    check("`settle`: a window after a rate limit", "NETWORK=NO_KEYS NO_WINDOW_AFTER_LIMIT", "published_once"),
    check("`settle`: searched after a refusal", "NETWORK=NO_KEYS LIES NO_SEARCH_AFTER_REFUSAL", "not_forgotten"),
    check(
        "assumed: *ready* means that no call is under way",
        "NETWORK=TWO_STEP CONSENTS=0 NO_READY_WINDOW",
        "not_forgotten",
    ),
    check("restore: verify first", "NETWORK=NO_KEYS RESTORE NO_VERIFY_FIRST NO_RESTORE_PAUSE", "not_forgotten"),
    check("restore: what had failed is verified too", "NETWORK=NO_KEYS RESTORE NO_VERIFY_FAILED", "not_forgotten"),
    check("restore: what is due later is verified too", "NETWORK=NO_KEYS RESTORE NO_VERIFY_LATER", "not_forgotten"),
    check("restore: what is not verified is held", "NETWORK=NO_KEYS RESTORE NO_HELD_UNVERIFIED", "published_once"),
    check(
        "restore: absent counts after the commit window",
        "NETWORK=NO_KEYS RESTORE NO_WINDOW_AFTER_RESTORE",
        "not_forgotten",
    ),
    check(
        "restore: what is *ready* does not go on by itself",
        "NETWORK=TWO_STEP RESTORE CONSENTS=0 ONE_PUBLISHER NO_RESTORED_RULE",
        "not_forgotten",
    ),
    edits("`late_edits`: the newest text once more", "NO_CHECK", "newest_shown"),
    edits("`late_edits`: after the commit window", "NO_WINDOW", "newest_shown"),
    edits("`late_edits`: a call that left since the reading", "READS_BACK NO_FRESH_READ", "newest_shown"),
    edits("`late_edits`: that, and the window asked again", "NO_FRESH_READ NO_FRESH_WINDOW", "newest_shown"),
    edits("`late_edits`: the newest by creation", "NO_CREATION_ORDER", "newest_shown"),
    edits("`late_edits`: also what was overtaken", "NO_OVERTAKEN", "newest_shown"),
    edits("`late_edits`: also by a call without an answer yet", "NO_OVERLAP", "newest_shown"),
    edits("`late_edits`: not while an edit is under way", "NO_PUT_OFF", "newest_shown"),
    edits("`late_edits`: the network is read first", "READS_BACK NO_READ", "not_over_a_person"),
    edits("policy: nothing in a pause", "NO_PAUSE_RULE", "quiet_in_a_pause"),
    edits("policy: nothing after a take-down", "NO_PARENT_RULE", "not_after_take_down"),
)


@dataclass(frozen=True)
class Outcome:
    """`violated` is the name of a property, or of what went wrong with the check itself; empty if all hold."""

    check: Check
    violated: str
    states: int
    length: int
    seconds: float

    @property
    def is_expected(self) -> bool:
        return self.violated == self.check.violates

    def line(self) -> str:
        sign = "ok " if self.is_expected else "BAD"
        end = f"{self.violated} after {self.length} steps" if self.violated else f"{self.states:,} states, all hold"
        expected = "" if self.is_expected else f" (expected: {self.check.violates or 'all hold'})"
        return f"{sign} {self.check.title}: {end}{expected}, {self.seconds:.1f} s"


def run(one: Check, place: Path) -> Outcome:
    """Translate, compile and check the model in a directory of its own."""
    began = time.monotonic()
    place.mkdir()
    flags = LIVE if one.liveness else SAFE
    for command in (["spin", "-a", *one.options, str(one.model)], [*COMPILE, *flags]):
        done = subprocess.run(command, cwd=place, capture_output=True, text=True, check=False)
        if done.returncode:
            return Outcome(one, f"{command[0]}: {(done.stdout + done.stderr).strip()[-300:]}", 0, 0, 0)
    search = ["-a", "-f"] if one.liveness else ["-E"]
    done = subprocess.run(
        ["./pan", f"-m{DEPTH}", "-w20", *search], cwd=place, capture_output=True, text=True, check=False
    )
    violated, states = verdict(done.stdout)
    length = _length(place / f"{one.model.name}.trail")
    return Outcome(one, violated, states, length, time.monotonic() - began)


def verdict(output: str) -> tuple[str, int]:
    """The property that a run of SPIN found violated, and how many states it stored."""
    stored = re.search(r"(?<!\d)(\d{1,18}) states, stored", output)
    states = int(stored[1]) if stored else 0
    if failed := re.search(r"assertion violated (\w{1,60})", output):
        return failed[1], states
    if "acceptance cycle" in output:
        return "ends_or_asks", states
    if "max search depth too small" in output or "errors: 0" not in output:
        return "not exhaustive", states
    return "", states


def _length(trail: Path) -> int:
    return sum(1 for line in trail.read_text().splitlines() if not line.startswith("-")) if trail.exists() else 0


@dataclass(frozen=True)
class Run:
    """What a whole run took: seconds of the clock, of the processor for all its programs together, and of the processor
    for whatever else the machine did meanwhile."""

    day: date
    seconds: float
    processor: float
    others: float

    def line(self) -> str:
        cpus = psutil.cpu_count() or 1
        is_quiet = self.others <= QUIET * cpus * self.seconds
        state = "quiet" if is_quiet else "busy"
        return (
            f"Run of {self.day:%d.%m.%Y}: {self.seconds:.0f} s, {self.processor:.0f} s of processor time, "
            f"{PROCESSES} processes on {cpus} processors. The machine was {state}: "
            f"everything else took {self.others:.0f} s of processor time meanwhile."
        )


class Stopwatch:
    """Measures a `Run` from the moment it is made."""

    def __init__(self) -> None:
        self.began, self.own_before, self.all_before = time.monotonic(), _own_processor(), _all_processors()

    def stop(self) -> Run:
        seconds, own = time.monotonic() - self.began, _own_processor() - self.own_before
        return Run(datetime.now(UTC).date(), seconds, own, max(0.0, _all_processors() - self.all_before - own))


def _own_processor() -> float:
    """Seconds of processor time of this process and of those it started that have ended."""
    usages = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def _all_processors() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.system + getattr(times, "nice", 0.0))


def table(outcomes: list[Outcome]) -> str:
    head = ["| Guard that is removed | Property that fails | Steps |", "|---|---|---:|"]
    lines = [f"| {one.check.title} | {one.violated} | {one.length} |" for one in outcomes if one.check.violates]
    doubled = ["", "| Guard that is removed, and what makes good for it | States |", "|---|---:|"]
    doubled += [f"| {one.check.title} | {one.states:,} |" for one in outcomes if one.check in DOUBLED]
    intact = ["", "| Intact model | States |", "|---|---:|"]
    intact += [f"| {one.check.title} | {one.states:,} |" for one in outcomes if one.check in INTACT]
    return "\n".join([*head, *lines, *doubled, *intact])


def write(outcomes: list[Outcome], took: Run, document: Path = DOCUMENT) -> None:
    before, rest = document.read_text().split(BEGIN)
    document.write_text(f"{before}{BEGIN}\n{took.line()}\n\n{table(outcomes)}\n{END}{rest.split(END)[1]}")


def main() -> int:
    parser = argparse.ArgumentParser(description="Check the models of the outbox.")
    parser.add_argument("--write", action="store_true", help="put the table of counterexamples into docs/model.md")
    parser.add_argument("--all", action="store_true", help="also what takes minutes more")
    parser.add_argument("--only", default="", help="checks whose model and options contain this")
    options = parser.parse_args()
    if missing := [program for program in ("spin", "gcc") if shutil.which(program) is None]:
        print(f"Missing: {', '.join(missing)}. On Debian: apt-get install {' '.join(missing)} libc6-dev")
        return 2
    stopwatch = Stopwatch()
    checks = (*INTACT, *(LONG if options.all else ()), *DOUBLED, *REVERTS)
    wanted = [one for one in checks if options.only in f"{one.model.name} {' '.join(one.options)}"]
    with tempfile.TemporaryDirectory(prefix="dobosar-model-") as name, ThreadPoolExecutor(PROCESSES) as pool:
        outcomes = []
        for outcome in pool.map(lambda pair: run(pair[1], Path(name) / str(pair[0])), enumerate(wanted)):
            print(outcome.line(), flush=True)
            outcomes.append(outcome)
    bad = [outcome for outcome in outcomes if not outcome.is_expected]
    states = sum(outcome.states for outcome in outcomes if not outcome.check.violates)
    took = stopwatch.stop()
    print(f"{len(outcomes) - len(bad)} of {len(outcomes)} as expected; {states:,} states. {took.line()}")
    if options.write and (options.only or options.all):
        print("Nothing was written: that takes a whole run without the long checks.")
    elif options.write and not bad:
        write(outcomes, took)
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
