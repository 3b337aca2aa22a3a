"""Where the product encrypts, signs, hashes and draws lots: every such module is listed with what it does it for.

The list is the inventory of docs/security.md. A module that begins to use cryptography fails until it is listed, and no
module may use what is broken (MD5, SHA-1), what can be foreseen (`random`), or a cipher of its own.
"""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Not the product: development, the demo and its invented numbers.
ELSEWHERE = ("tests", "tools", "demo", "benchmarks", "node_modules")
MODULES = {"hashlib", "hmac", "secrets", "ssl", "random", "cryptography", "django.core.signing", "django.utils.crypto"}
MENTIONED = re.compile("|".join(module.rpartition(".")[2] for module in MODULES))
INVENTORY = {
    "encrypt": ["common/crypto.py", "notifications/web_push.py"],
    "verify signatures of networks": ["channels/domain/inbound.py", "platforms/signatures.py"],
    "sign values that a browser or a mail brings back": [
        "accounts/throttling.py", "municipalities/views/population.py", "notifications/unsubscribe_links.py",
        "posts/polls/views.py", "participation/form_tokens.py",
    ],
    "make secrets, and keep only their hash": [
        "accounts/domain/invitations.py", "administration/domain/set_up.py", "channels/domain/connect/answer.py",
        "channels/domain/connect/attempts.py", "inbox/domain/department_questions.py",
        "planning/domain/feeds.py",
        "posts/review/domain/decision_links.py", "practice/domain/access.py", "practice/hashes.py",
        "portal/operations.py", "participation/rules.py",
    ],
    "make names that nobody guesses": [
        "administration/domain/exports.py", "analytics/indicators/domain/manual_values.py",
        "common/content_security.py", "exchange/domain/share.py", "mentoring/domain/plan_activities.py",
        "inbox/domain/attachments.py", "municipalities/arms.py", "notifications/models.py",
        "participation/domain/documents.py", "participation/domain/editions.py", "posts/media/domain/consents.py",
        "practice/domain/upload.py", "reports/domain/make.py", "trainings/domain/materials.py",
    ],
    "tell whether something is the same": [
        "accounts/adapter.py", "exchange/domain/practice.py", "notifications/domain/push_devices.py",
        "inbox/text_analysis/similarity.py", "links/domain/count.py", "links/rules.py",
        "planning/domain/imports.py", "planning/views/feeds.py", "platforms/bluesky/records.py",
        "platforms/linkedin/events.py", "platforms/mail/parsing.py", "platforms/mail/threads.py",
        "platforms/meta/events.py", "platforms/meta/messaging.py", "platforms/threads/events.py",
        "platforms/viber/bot.py",
        "platforms/tiktok/events.py", "platforms/viber/connector.py", "platforms/google/oauth.py",
        "platforms/google_business/reviews.py",
        "platforms/youtube/uploads.py", "posts/coaching/views/messages.py", "posts/editing/domain/freeze.py",
        "posts/media/domain/pictures.py", "posts/media/domain/videos.py", "posts/models/link_checks.py",
        "reports/public_reports.py",
        "reports/public_responses.py", "common/cache_keys.py", "common/ratelimit.py", "launcher/requirements.py",
        "launcher/binaries.py", "launcher/bootstrap.py", "launcher/changed.py",
        "launcher/image_sbom.py", "launcher/prepare.py",
        "analytics/history/domain/imports.py", "analytics/history/domain/parse_rows.py", "inbox/moderation_rules.py",
        "municipalities/row_security/schema.py", "needs/queries/public.py", "participation/queries/public.py",
        "portal/migration_history.py",
        "portal/schema.py", "portal/web_app.py",
    ],
    "let a push service see that two messages are about the same, not about what": ["notifications/push_messages.py"],
    "make the keys and passwords of a new installation": [
        "launcher/debian_setup.py", "launcher/postgres.py", "launcher/site.py", "launcher/valkey.py",
    ],
    "check certificates": ["common/http.py", "platforms/mail/connections.py"],
    "draw lots that need not be secret": ["practice/domain/door.py", "trainings/domain/exercises.py"],
    "play citizens, draw examples": ["portal/gallery_charts.py", "trainings/domain/citizens.py"],
}  # fmt: skip
GOOD_HASHES = {"sha256", "sha384", "sha512", "blake2b"}
FORESEEABLE = {"portal/gallery_charts.py", "trainings/domain/citizens.py"}


@cache
def product() -> dict[str, ast.Module]:
    """The modules that have one of the names in them: the others need not be parsed."""
    parsed = {}
    for directory in ROOT.iterdir():
        if directory.is_dir() and not directory.name.startswith((*ELSEWHERE, ".")):
            for path in directory.rglob("*.py"):
                name, text = path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")
                if "/migrations/" not in name and MENTIONED.search(text):
                    parsed[name] = ast.parse(text)
    return parsed


def imported(tree: ast.Module) -> set[str]:
    """Which of the modules of cryptography are imported."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return {module for module in MODULES for name in names if name == module or name.startswith(f"{module}.")}


def hashes(tree: ast.Module) -> set[str]:
    """The functions of hashlib that are used."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "hashlib":
            names.add(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module == "hashlib":
            names |= {alias.name for alias in node.names}
    return names


def test_every_module_that_uses_cryptography_is_in_the_inventory() -> None:
    listed = [name for names in INVENTORY.values() for name in names]
    assert len(listed) == len(set(listed))
    assert {name for name, tree in product().items() if imported(tree)} == set(listed)


def test_only_modules_of_the_inventory_encrypt() -> None:
    encrypting = {name for name, tree in product().items() if "cryptography" in imported(tree)}
    assert encrypting == set(INVENTORY["encrypt"])


def test_no_broken_hash_is_used() -> None:
    assert {name: hashes(tree) - GOOD_HASHES for name, tree in product().items() if hashes(tree) - GOOD_HASHES} == {}


def test_nothing_that_can_be_foreseen_is_drawn() -> None:
    assert {name for name, tree in product().items() if "random" in imported(tree)} == FORESEEABLE


def test_the_search_finds_what_it_looks_for() -> None:
    tree = ast.parse("import hashlib, random\nfrom django.core import signing\nhashlib.md5(b'')\nhashlib.sha256(b'')")
    assert imported(tree) == {"hashlib", "random", "django.core.signing"}
    assert hashes(tree) - GOOD_HASHES == {"md5"}
    assert hashes(ast.parse("from hashlib import sha1")) == {"sha1"}
    assert imported(ast.parse("from cryptography.hazmat.primitives.ciphers.aead import AESGCM")) == {"cryptography"}
