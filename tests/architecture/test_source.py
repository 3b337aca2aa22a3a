"""What the source itself must keep: strict pages, one writer of a delivery's state, connectors that are asked, a wall
with known doors, and a sentence for every verb."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import models
from django.test.utils import isolate_apps
from django.utils import translation

from common import audit_messages
from common.audit import record
from common.models import AuditEvent
from common.sentences import sentence
from delivery.enums import State
from municipalities import checks
from municipalities.permissions import DESCRIPTIONS, PROGRAMME_DESCRIPTIONS, ROLES, document
from municipalities.rules import RELAXES, TABLE, ProgrammeVerb, Verb
from municipalities.tenancy import TenantModel

ROOT = Path(settings.BASE_DIR)
APPS = (
    "accounts", "administration", "analytics", "benchmarks", "channels", "common", "delivery", "demo", "exchange",
    "inbox", "kits", "library", "links", "mentoring", "municipalities", "needs", "notifications", "participation",
    "planning", "portal", "posts", "practice", "reports", "trainings",
)  # fmt: skip
MODULES = sorted(
    p
    for app in (*APPS, "launcher", "platforms", "serbian")
    for p in (ROOT / app).rglob("*.py")
    if "migrations" not in p.parts
)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))

# Modules that may open the scope of all municipalities: they find due work, or compare on purpose.
EVERYWHERE = {
    "administration/domain/exports.py",
    "administration/queries/restored.py",
    "analytics/ingestion/domain/collect.py",
    "analytics/rollups/domain/rebuild.py",
    "analytics/rollups/domain/retention.py",
    "analytics/rollups/domain/rollup.py",
    "analytics/history/domain/fetch.py",
    "analytics/rollups/domain/monthly_medians.py",
    "analytics/history/domain/imports.py",
    "analytics/rollups/domain/daily_counts.py",
    "analytics/comparison/domain/training_figures.py",
    "analytics/ingestion/domain/webhooks.py",
    "analytics/comparison/queries/peers.py",
    "analytics/indicators/domain/measure.py",
    "channels/domain/connect/answer.py",
    "channels/domain/connect/work.py",
    "channels/domain/disconnect.py",
    "channels/domain/rotate.py",
    "channels/probe/account.py",
    "channels/queries.py",
    "delivery/dispatch.py",
    "delivery/domain/claim.py",
    "delivery/domain/restored.py",
    "delivery/domain/duplicates.py",
    "delivery/domain/late_edits.py",
    "delivery/domain/sweep.py",
    "delivery/domain/take_down.py",
    "delivery/queries.py",
    "exchange/domain/share.py",
    "benchmarks/conversations.py",
    "inbox/domain/answer.py",
    "inbox/domain/attachments.py",
    "inbox/domain/automatic.py",
    "inbox/domain/conversations.py",
    "inbox/domain/deleted_messages.py",
    "inbox/domain/external_replies.py",
    "inbox/domain/satisfaction.py",
    "inbox/domain/office_hours.py",
    "inbox/domain/undo.py",
    "inbox/domain/conversation_stores.py",
    "inbox/domain/deletion_requests.py",
    "inbox/domain/evidence.py",
    "inbox/domain/drafts.py",
    "inbox/domain/staff_notifications.py",
    "inbox/domain/retention.py",
    "inbox/domain/fetch_replies.py",
    "inbox/domain/department_questions.py",
    "inbox/domain/handover.py",
    "inbox/domain/ingest.py",
    "inbox/domain/hide.py",
    "inbox/domain/webhook_events.py",
    "inbox/domain/triage.py",
    "inbox/domain/suggest.py",
    "kits/queries.py",
    "links/domain/check.py",
    "links/domain/make.py",
    "links/queries.py",
    "mentoring/domain/plan_readings.py",
    "municipalities/domain/house_rules.py",
    "mentoring/domain/plans.py",
    "mentoring/domain/reminders.py",
    "needs/domain/personal_data_stores.py",
    "needs/domain/notify.py",
    "participation/domain/overdue.py",
    "participation/domain/answer.py",
    "participation/domain/departments.py",
    "participation/domain/personal_data_stores.py",
    "planning/domain/imports.py",
    "planning/domain/repeat.py",
    "posts/review/domain/decision_links.py",
    "benchmarks/burst.py",
    "benchmarks/daily_counts.py",
    "benchmarks/inbox.py",
    "benchmarks/main_pages.py",
    "benchmarks/mentoring.py",
    "benchmarks/numbers.py",
    "benchmarks/policies.py",
    "benchmarks/private_burst.py",
    "benchmarks/proposals.py",
    "benchmarks/publishing.py",
    "benchmarks/scale.py",
    "benchmarks/seed.py",
    "benchmarks/small_machine.py",
    "demo/participation.py",
    "demo/day.py",
    "demo/indicators.py",
    "demo/metrics.py",
    "demo/year.py",
    "portal/delivery_notifications.py",
    "portal/adoption.py",
    "portal/management/commands/check_files.py",
    "participation/domain/editions.py",
    "posts/polls/domain/ask_report.py",
    "posts/editing/domain/check_links.py",
    "posts/media/domain/videos.py",
    "posts/scheduling/domain/wall_times.py",
    "posts/editing/domain/carry_out_corrections.py",
    "posts/review/domain/emergency.py",
    "posts/media/domain/consents.py",
    "reports/domain/make.py",
    "reports/domain/schedules.py",
    "reports/public_parts.py",
    "reports/queries/public.py",
}
# Modules that may give a delivery its state: its birth, the one who moves it, the made-up past of demo and benchmark.
STATE_WRITERS = {
    "delivery/domain/enqueue.py",
    "delivery/domain/move.py",
    "benchmarks/inbox.py",
    "benchmarks/publishing.py",
    "benchmarks/seed.py",
    "demo/inbox.py",
    "demo/unpublished_posts.py",
}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@cache
def source_of(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def modules_with(name: str) -> list[Path]:
    """The modules in whose source the name stands: all others need not be parsed, which takes most of the time."""
    return [path for path in MODULES if name in source_of(path)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(source_of(path))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree(path)) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


# ---- pages


def refused_by_the_policy(text: str) -> list[str]:
    """What of a template the content policy would not let run."""
    text = re.sub(r"{%\s*comment.*?endcomment\s*%}", "", text, flags=re.DOTALL)
    forbidden = re.findall(r"<style\b|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", text)
    scripts = re.findall(r"<script\b[^>]*>", text)
    return forbidden + [tag for tag in scripts if "src=" not in tag and 'type="application/json"' not in tag]


def test_no_template_has_what_the_content_policy_refuses() -> None:
    refused = {name_of(path): refused_by_the_policy(path.read_text(encoding="utf-8")) for path in TEMPLATES}
    assert {name: what for name, what in refused.items() if what} == {}


@pytest.mark.parametrize(
    "text",
    ['<p style="x">', '<a onclick="x()">', "<script>x()</script>", "<style>", '<a href="javascript:x">'],
)
def test_the_search_in_templates_finds_what_it_looks_for(text: str) -> None:
    assert refused_by_the_policy(text)


# ---- connectors


def asks_the_platform(node: ast.AST) -> bool:
    if not isinstance(node, ast.Compare):
        return False
    sides = [node.left, *node.comparators]
    if any(ast.unparse(side) == "sys.platform" for side in sides):
        return False
    names = {getattr(side, "attr", getattr(side, "id", "")) for side in sides}
    return "platform" in names and any(isinstance(side, ast.Constant) and side.value for side in sides)


def test_nobody_outside_the_connectors_asks_which_platform_it_is() -> None:
    outside = [path for path in modules_with("platform") if not name_of(path).startswith("platforms/")]
    assert asks_the_platform(ast.parse("channel.platform == 'mastodon'").body[0].value)  # type: ignore[attr-defined]
    places = [f"{name_of(p)}:{node.lineno}" for p in outside for node in ast.walk(tree(p)) if asks_the_platform(node)]  # type: ignore[attr-defined]
    assert places == []


# ---- deliveries


def writes_a_delivery_state(path: Path) -> list[int]:
    """Lines that give a state to a `Delivery`: `x.state = …`, a keyword `state=` of a call that writes, or a statement
    made once that sets it."""
    if not re.search(r"\bDelivery\b|delivery\.models|\bdelivery\.state\b", source_of(path)):
        return []
    lines = []
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Assign | ast.AugAssign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(t, ast.Attribute) and t.attr == "state" and "deliver" in ast.unparse(t) for t in targets):
                lines.append(node.lineno)
        elif isinstance(node, ast.Call) and called(node) in {"create", "update", "Delivery", "bulk_update"}:
            about = "Delivery" in ast.unparse(node.func) or "deliver" in ast.unparse(node.func)
            if about and any(keyword.arg == "state" for keyword in node.keywords):
                lines.append(node.lineno)
        elif isinstance(node, ast.Call) and called(node) == "PreparedUpdate":
            columns = [column.value for column in node.args if isinstance(column, ast.Constant)]
            if "state" in columns and "Delivery" in ast.unparse(node):
                lines.append(node.lineno)
    return lines


def test_only_one_module_moves_a_delivery() -> None:
    writers = {name_of(path): writes_a_delivery_state(path) for path in MODULES if name_of(path) not in STATE_WRITERS}
    assert {name: lines for name, lines in writers.items() if lines} == {}


def test_the_search_for_writers_finds_the_writer() -> None:
    assert writes_a_delivery_state(ROOT / "delivery/domain/move.py")


# ---- who decides

# What may ask for the role itself: the model that defines who decides, who the first approver is, what a page lists.
ASK_FOR_THE_ROLE = {
    "administration/queries/first_steps.py",  # whether anybody was invited yet
    "municipalities/models.py",
    "municipalities/queries.py",  # whether anybody approves here, including those who wait
    "benchmarks/seed.py",
    "demo/decisions.py",
}
WRITE_HOUSE_RULES = {
    "municipalities/domain/house_rules.py",
    "benchmarks/publishing.py",
    "posts/publishing/domain/policy.py",  # a row in memory, which is never saved
    "trainings/domain/workspaces.py",  # a new workspace, before anybody is in it
}


def asks_for_the_role_of_an_approver(source: str) -> bool:
    """Whether it filters by the role alone (`role=Role.APPROVER`), which takes those who still wait for approvers."""
    if "role" not in source or "approver" not in source.lower():
        return False  # most modules need not be parsed
    keywords = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.keyword))
    return any(
        keyword.arg in ("role", "role__exact") and ast.unparse(keyword.value) in ("Role.APPROVER", "'approver'")
        for keyword in keywords
    )


def test_who_decides_is_asked_in_one_place() -> None:
    modules = {name_of(path) for path in MODULES if asks_for_the_role_of_an_approver(source_of(path))}
    assert modules - ASK_FOR_THE_ROLE == set()


@pytest.mark.parametrize("source", ["rows.filter(role=Role.APPROVER)", "rows.filter(role='approver', user=user)"])
def test_the_search_for_who_asks_for_the_role_finds_it(source: str) -> None:
    assert asks_for_the_role_of_an_approver(source)


def writes_a_house_rule(source: str) -> bool:
    """`house.approval = …`, or such a keyword of a call that writes."""
    if not any(name in source for name in RELAXES):
        return False  # most modules need not be parsed
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Assign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if any(isinstance(target, ast.Attribute) and target.attr in RELAXES for target in targets):
                return True
        writes = isinstance(node, ast.Call) and called(node) in {"create", "update", "update_or_create", "Municipality"}
        if writes and any(keyword.arg in RELAXES for keyword in node.keywords):
            return True
    return False


def test_only_the_verb_that_waits_writes_rules_about_decisions() -> None:
    modules = {name_of(path) for path in MODULES if writes_a_house_rule(source_of(path))}
    assert modules - WRITE_HOUSE_RULES == set()


@pytest.mark.parametrize("source", ["house.approval = 'none'", "rows.update(may_approve_own=True)"])
def test_the_search_for_who_writes_house_rules_finds_it(source: str) -> None:
    assert writes_a_house_rule(source)


# ---- the wall


def test_only_named_modules_look_across_municipalities() -> None:
    candidates = modules_with("everywhere")
    modules = {name_of(path) for path in candidates if any(called(call) == "everywhere" for call in calls(path))}
    assert modules - {"municipalities/tenancy.py"} == EVERYWHERE


def test_everything_above_the_wall_stands_behind_it() -> None:
    assert checks.tenant_models_are_scoped() == []


@isolate_apps("posts")
def test_a_model_that_forgot_the_wall_is_found() -> None:
    class Forgotten(models.Model):
        municipality = models.ForeignKey("municipalities.Municipality", models.PROTECT)

        class Meta:
            app_label = "posts"

        def __str__(self) -> str:
            return "forgotten"

    class Behind(TenantModel):
        class Meta(TenantModel.Meta):
            app_label = "posts"

    from municipalities.models import Municipality

    # In an isolated registry the name of the model is not looked up.
    Forgotten._meta.get_field("municipality").remote_field.model = Municipality  # type: ignore[union-attr]
    assert checks.unscoped([Forgotten, Behind]) == [Forgotten]
    assert checks._error(Forgotten).id == "municipalities.E001"


# ---- permissions in the docs


def test_the_permission_table_in_the_docs_is_the_one_in_the_code() -> None:
    written = (ROOT / "docs/permissions.md").read_text(encoding="utf-8")
    assert written == document(), "run manage.py permissions_table --write"


def test_every_role_and_every_verb_is_in_the_table_of_the_docs() -> None:
    assert set(ROLES) == set(TABLE)
    assert set(DESCRIPTIONS) == set(Verb)
    assert set(PROGRAMME_DESCRIPTIONS) == set(ProgrammeVerb)


# ---- sentences


VERB = re.compile(r"[a-z]+\.[a-z_]+")


@cache
def verbs_of(path: Path) -> set[str]:
    """Names of the verbs that a module writes down: given to `record`, chosen among two, or handed on to it."""
    if not writes_audit(path):
        return set()
    given = [argument for call in calls(path) for argument in (*call.args, *(word.value for word in call.keywords))]
    constants = [node.value for argument in given for node in ast.walk(argument) if isinstance(node, ast.Constant)]
    return {argument for argument in constants if isinstance(argument, str) and VERB.fullmatch(argument)}


def writes_audit(path: Path) -> bool:
    """By `record(…)`, `audit.record(…)`, or `record` under another name."""
    return "audit" in source_of(path) and any(
        isinstance(node, ast.ImportFrom)
        and (node.module, alias.name) in {("common.audit", "record"), ("common", "audit")}
        for node in ast.walk(tree(path))
        for alias in getattr(node, "names", ())
    )


@cache
def written() -> frozenset[str]:
    return frozenset(verb for path in MODULES for verb in verbs_of(path))


def test_the_search_for_verbs_finds_them() -> None:
    assert {"post.approve", "post.reopen", "member.join", "account.sign_in"} <= written()


MOVES = {f"delivery.{state}" for state in State}


def recorders() -> dict[str, list[str]]:
    """The packages that record each verb, the lowest first; the demo records in the place of people."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    upwards = [package.strip() for layer in reversed(layers) for package in layer.split("|")]
    recorded_in = [
        (upwards.index(path.relative_to(ROOT).parts[0]), verb) for path in MODULES for verb in verbs_of(path)
    ]
    recorded_in += [(upwards.index("delivery"), verb) for verb in MOVES]
    return {
        verb: [upwards[at] for at in sorted({at for at, recorded in recorded_in if recorded == verb})]
        for verb in {verb for _, verb in recorded_in}
    }


def test_every_verb_has_a_sentence() -> None:
    registered = audit_messages.packages()
    assert (written() | MOVES) - set(registered) == set(), "write it in audit_messages.py of its package"


def test_no_sentence_is_left_over() -> None:
    assert set(audit_messages.packages()) - written() - MOVES == set()


def test_the_sentence_of_a_verb_is_registered_by_the_package_that_records_it() -> None:
    """By the lowest of them, where packages above record the same verb: `needs` begins posts too."""
    registered, recorded = audit_messages.packages(), recorders()
    assert recorded["post.create"][0] == "posts"
    assert {verb: (package, recorded.get(verb)) for verb, package in registered.items()} == {
        verb: (packages[0], packages) for verb, packages in recorded.items()
    }


def test_a_verb_cannot_be_registered_by_two_packages() -> None:
    with pytest.raises(ImproperlyConfigured, match=r"inbox and posts both .* 'post\.create'"):
        audit_messages.register("inbox", {"post.create": translation.gettext_lazy("Began a post")})
    assert audit_messages.packages()["post.create"] == "posts"


def test_every_module_of_sentences_is_registered() -> None:
    modules = {path.parent.name for path in ROOT.glob("*/audit_messages.py")}
    assert modules == set(audit_messages.packages().values())


def test_a_sentence_stands_even_when_an_old_event_lacks_its_details() -> None:
    for verb in audit_messages.packages():
        assert sentence(AuditEvent(verb=verb, target_label="It", detail={}))


def test_a_percent_sign_in_a_name_does_no_harm(db: None) -> None:
    event: Any = record("post.approve", by=None, label="50 % off %(x)s", version=2)
    with translation.override("en"):
        assert sentence(event) == "Approved version 2 of “50 % off %(x)s”"
