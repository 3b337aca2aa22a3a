"""The figures of a thorough walk, as a page of the docs."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path

from django.utils import timezone

from tests.architecture import hostile_rows
from tests.architecture.hostile_walk import LANGUAGES, ROLES, Walk

HEAD = """# Hostile columns

`make test-long` fills every text column of the demo's database with markup, quotation marks, formulas, the syntax
of templates and of Typst, marks of direction and new lines. It opens every address as every role in every
language, follows the links to more rows of the demo, and sends every form empty, hostile, with NUL and with
choices that it does not offer. Each page is parsed by Chromium, each file opened by a reader of its kind, each
mail read as it goes over the wire. Any of those words that becomes an element, an attribute, an address that runs,
a formula, a header, a property or a link fails the test, as does any answer of 500. A shorter walk, with the
ablest role at each address, is part of `make test-slow`, and one of a sample of addresses of `make test`:
`tests/architecture/test_hostile_rows.py`.

"""


def write(walk: Walk, page: Path) -> None:
    page.write_text(HEAD + _figures(walk) + _roles(walk) + _kept())


def _figures(walk: Walk) -> str:
    names = hostile_rows.columns()
    filled = [name for name, count in walk.filled.items() if count]
    seen = [column for column in names if column.number in walk.columns]
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in walk.kinds.most_common())
    lines = (
        ("Addresses opened", len(walk.opened)),
        ("Roles", len(ROLES)),
        ("Languages", len(LANGUAGES)),
        ("Answers judged", walk.figures["answers"]),
        ("Forms (by role)", len(walk.forms)),
        ("Forms sent", walk.figures["forms sent"]),
        ("Mails judged", walk.figures["mails"]),
        ("Text columns", len(names)),
        ("Columns filled", len(filled)),
        ("Fields filled in rows", sum(walk.filled.values())),
        ("Columns whose words came out in an answer", len(seen)),
    )
    table = "\n".join(f"| {label} | {value:,} |" for label, value in lines)
    walked = "every role at each address" if walk.is_thorough else "the ablest role at each address"
    when = f"Run of {timezone.localdate():%d.%m.%Y}, {walked}."
    return f"{when}\n\n| | |\n|---|---:|\n{table}\n\nAnswers by kind: {kinds}.\n\n"


def _roles(walk: Walk) -> str:
    lines = [f"| {role} | {sum(role in roles for roles in walk.opened.values())} |" for role in ROLES]
    return "## Addresses by role\n\n| role | opened |\n|---|---:|\n" + "\n".join(lines) + "\n\n"


def _kept() -> str:
    """What is not filled, by reason."""
    reasons: dict[str, list[str]] = defaultdict(list)
    for name, reason in (*hostile_rows.KEPT.items(), *hostile_rows.NO_ROW.items()):
        reasons[reason].append(name)
    parts = [f"- **{reason}**: {', '.join(f'`{name}`' for name in sorted(names))}" for reason, names in reasons.items()]
    return (
        "## Columns that are not filled\n\nColumns with a closed list of choices and the paths of files are not text "
        "that anybody writes. Of the rest:\n\n" + "\n".join(parts) + "\n"
    )
