"""Fills every text column of every table with what a hostile person, server or file could have put there.

Each column has a number, which stands in each of its canaries: whatever of it comes out unescaped names its column.
What is not filled is in `KEPT`, with the reason; a column that is neither filled nor there fails the test.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from psycopg2.extras import execute_values

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import DataError, IntegrityError, connection, models, transaction

from municipalities.tenancy import everywhere
from tests.database import owner_cursor

# Of the longest that fits its column. It begins as a formula and as Typst's markup, leaves an attribute, a script and a
# text area, brings an element and attributes of htmx, adds a parameter to an address and a line to a header, turns the
# direction of writing, and calculates where a template is made of it.
FULL = (
    "=zq{n}_{{{{7*7}}}}\"'`></script></textarea></title></style><zq{n} onzq=1 hx-get=/zq><img src=x onerror=zq()>"
    '{{% zq %}}&zqp=1&lt;zqe{n}&gt;#zq $zq$ *zq* \u202e\\u003czq\\n#link("https://zq.example/")[zq]\r\nX-Zq: 1\r\nx'
)
CANARIES = (
    FULL,
    "=zq{n}_{{{{7*7}}}}\"'></script><zq{n} onzq=1>{{% zq %}}&zqp=1#zq\u202e\r\nX-Zq: 1",
    "=zq{n}_{{{{7*7}}}}\"'><zq{n} onzq=1>",
    "=\"'><zq{n}>",
)
# Words that cannot be broken at a space, as names, addresses and links have them.
UNBROKEN = tuple(f"zq{{n}}{'Ш' * letters}" for letters in (240, 90, 30, 3))
# What Django's own checks let through for an address of a page, and what only a server of a network can send.
URL = "https://zq.example/zq{n}_{{{{7*7}}}}\"'><zq{n}/onzq=1>?a=1&zqp=1#zq"
SCRIPT = "javascript:zq{n}()//https://zq.example/\"'><zq{n}/onzq=1>"
# Quoted, the part before the @ holds nearly anything, and it can be delivered to.
EMAIL = '"=zq{n}_{{{{7*7}}}}\'><zq{n}/onzq=1>&zqp=1"@zq.example'
SEPARATED = 7  # characters for a space and the row's number, where a value must be the only one

# A path of the portal, and what others join by, which must stay the same wherever it stood the same.
PATH = "/zq{n}_{{{{7*7}}}}\"'><zq{n}/onzq=1>?a=1&zqp=1#zq"
SAME = "=zq{n}_{{{{7*7}}}}\"'><zq{n} onzq=1>&zqp=1#"

# ---- what is not filled, with the reason


def _named(reason: str, *names: str) -> dict[str, str]:
    return dict.fromkeys(names, reason)


def _is_history(model: type[models.Model]) -> bool:
    return hasattr(model, "pgh_label") and model._meta.managed and not model._meta.proxy


KEPT = {
    **_named(
        "a name in the code, which looks something up by it",
        "analytics_programmeindicator.areas",
        "administration_putaway.step",
        "analytics_indicatorvalue.code",
        "analytics_indicatorvalue.part",
        "analytics_indicatorvalue.way",
        "analytics_indicatorvalue.why",
        "analytics_programmeindicator.code",
        "analytics_dirtytally.source",
        "analytics_tally.code",
        "analytics_metriccoverage.metric",
        "analytics_traits.languages",
        "analytics_traits.service",
        "auth_permission.codename",
        "participation_question.category",
        "channels_appregistration.platform",
        "channels_channel.platform",
        "channels_connectattempt.platform",
        "channels_deletion.platform",
        "channels_event.kind",
        "channels_event.platform",
        "common_auditevent.target_id",
        "common_auditevent.target_type",
        "common_auditevent.verb",
        "delivery_delivery.kind",
        "delivery_delivery.reason",
        "django_content_type.app_label",
        "django_content_type.model",
        "exchange_example.drawing",
        "exchange_example.starter",
        "exchange_sharedpost.service",
        "exchange_switchedoff.key",
        "inbox_message.script",
        "inbox_messageattachment.file_mime",
        "inbox_messageattachment.kind",
        "inbox_moderation.error_code",
        "inbox_sentnotification.about",
        "library_template.service",
        "library_template.starter",
        "links_link.network",
        "mentoring_activity.code",
        "mentoring_activitykind.code",
        "mentoring_activitykind.key",
        "mentoring_criterion.key",
        "mentoring_evidence.code",
        "mentoring_reminder.about",
        "municipalities_district.code",
        "municipalities_eservice.key",
        "municipalities_municipality.slug",
        "municipalities_municipalityevent.slug",
        "notifications_notification.about",
        "participation_consultation.ground",
        "participation_consultation.slug",
        "participation_consultationdocument.mime",
        "participation_consultationtranslation.language",
        "participation_contribution.language",
        "participation_contribution.receipt",
        "participation_contributionfile.mime",
        "participation_editionfile.kind",
        "participation_editionfile.language",
        "posts_media.captions_tag",
        "posts_media.probe_problem",
        "posts_post.service",
        "posts_publication.slot",
        "posts_thread.tag",
        "trainings_exercise.scenario",
        "trainings_mark.criterion",
        "trainings_play.key",
        "usersessions_usersession.ip",
    ),
    **_named(
        "letters, digits and underlines, which the database checks",
        "practice_account.username",
    ),
    **_named(
        "a number that the portal gives",
        "trainings_certificate.number",
    ),
    **_named(
        "names of files that the portal made",
        "administration_export.name",
        "exchange_example.picture",
        "inbox_messageattachment.file",
        "notifications_notification.file",
        "reports_monthlyreport.files",
        "reports_programmereport.files",
    ),
    **_named(
        "names of languages, scripts and channels alone",
        "channels_channel.languages",
        "participation_contribution.language",
        "participation_editionfile.language",
        "posts_version.channels",
    ),
    **_named(
        "counts by the name of a table",
        "administration_export.contents",
    ),
    **_named(
        "a time zone",
        "mentoring_checkin.zone",
        "posts_post.zone",
    ),
    **_named(
        "a colour, seven characters that a form and the style's own file check",
        "municipalities_municipality.colour",
        "municipalities_municipalityevent.colour",
    ),
    **_named(
        "a colour in six characters that is calculated from a picture",
        "practice_media.blurhash",
    ),
    **_named(
        "a kind of file that the portal found out by itself",
        "analytics_manualvalue.evidence_mime",
        "analytics_municipalityvalue.evidence_mime",
        "exchange_sharedpicture.mime",
        "mentoring_evidence.file_mime",
        "participation_consultationdocument.mime",
        "participation_contributionfile.mime",
        "participation_editionfile.kind",
        "posts_consent.scan_mime",
        "posts_media.mime",
        "practice_media.mime",
        "trainings_material.mime",
    ),
    **_named(
        "a digest, a key or a ciphertext that the portal made",
        "account_emailconfirmation.key",
        "accounts_invitation.token_hash",
        "accounts_user.password",
        "administration_installation.code_hash",
        "analytics_historyimport.digest",
        "channels_appregistration.ciphertext",
        "channels_connectattempt.ciphertext",
        "channels_connectattempt.state_hash",
        "channels_credential.ciphertext",
        "channels_deletion.code",
        "common_mailmessage.dedupe",
        "common_identity.sealed",
        "common_mailmessage.sealed",
        "django_session.session_data",
        "django_session.session_key",
        "inbox_handover.reminder_hash",
        "inbox_handover.token_hash",
        "participation_contributionquestion.reminder_hash",
        "participation_contributionquestion.token_hash",
        "inbox_moderation.seal",
        "links_link.code",
        "notifications_mailschedule.key",
        "participation_contribution.receipt",
        "notifications_pushkey.public",
        "notifications_pushkey.sealed",
        "notifications_pushsubscription.digest",
        "notifications_pushsubscription.sealed",
        "planning_feed.digest",
        "planning_importrun.digest",
        "posts_decisionlink.digest",
        "posts_decisionlink.token_hash",
        "posts_linkcheck.digest",
        "posts_media.sha256",
        "posts_version.digest",
        "practice_app.client_id",
        "practice_app.secret_hash",
        "practice_grant.challenge",
        "practice_grant.code_hash",
        "practice_media.token",
        "practice_token.token_hash",
        "usersessions_usersession.session_key",
    ),
    **_named(
        "written by a trigger of the history, a word of the code",
        *(f"{model._meta.db_table}.pgh_label" for model in apps.get_models() if _is_history(model)),
    ),
}
PATHS = {"notifications_notification.url"}
# Headers of a mail, which the one place that writes them makes one line (`common.mail.compose`).
ONE_LINE = {"common_mailmessage.subject", "common_mailmessage.from_email"}
# Ids that a network gave: rows are joined by them.
JOINED = {
    "analytics_subject.remote_id",
    "channels_channel.remote_id",
    "channels_event.account_id",
    "delivery_delivery.remote_id",
    "inbox_conversation.author_id",
    "inbox_conversation.remote_id",
    "inbox_externalreply.remote_id",
    "inbox_message.author_id",
    "inbox_message.in_reply_to",
    "inbox_message.remote_id",
    "inbox_message.root",
    "inbox_moderation.author_id",
}
# Keys whose values have a shape of their own.
SHAPES = {"url": SCRIPT, "permalink": SCRIPT, "link": URL, "who": CANARIES[2]}
# Keys whose values are names of the code, days, ids or files, in whatever column they stand.
CLOSED_KEYS = {
    "as_of", "at", "because", "begin", "came_from", "category", "code", "created_at", "crop", "crops", "date",
    "day", "deadline", "derived_from", "due_at", "due_on", "end", "ends_at", "ends_on", "first", "format",
    "goal_on", "key", "kind", "language", "languages", "last", "layout", "mime", "mood", "municipality", "network",
    "networks", "of", "platform", "proof", "ref", "remote_id", "reply_to", "role", "scopes", "script", "service",
    "sha256", "side", "since", "starts_on", "state", "step", "supported_mime_types", "tag", "thread", "training_on",
    "inbox_message.rule_effects.done", "inbox_message.rule_effects.refused",
    "trainings_exercise.script.lines.on", "until", "verified_on", "wanted", "windows", "with", "without",
}  # fmt: skip


# Filled where there is a row; the demo, with the rows that the addresses need, has none.
NO_ROW = {
    **_named(
        "no row in the demo",
        "administration_tourprogress.marks",
        "analytics_accesscheck.failed",
        "auth_group.name",
        "channels_deletion.digest",
        "channels_deletion.person",
        "channels_event.account_id",
        "channels_event.key",
        "channels_event.payload",
        "common_incident.parts",
        "common_lease.holder",
        "common_lease.name",
        "common_periodicrun.name",
        "mfa_authenticator.data",
        "pghistory_context.metadata",
        "posts_amendmentpart.problem",
        "posts_pollresult.votes",
        "practice_grant.redirect_uri",
        "practice_grant.scopes",
        "practice_rememberedkey.key",
        "reports_keptcontent.content",
        "reports_keptcontent.reason",
    ),
    **_named(
        "JSON that holds numbers, days, ids and names of the code in the demo",
        "accounts_invitation.grants",
        "administration_installation.done",
        "analytics_indicatorvalue.quality",
        "analytics_historyimport.left_out",
        "analytics_municipalitybaseline.quality",
        "channels_connectattempt.missing",
        "common_mailmessage.files",
        "exchange_sharedpost.poll",
        "mentoring_activitykind.fits",
        "mentoring_planchange.after",
        "municipalities_eservice.months",
        "municipalities_rulechange.values",
        "participation_edition.facts",
        "planning_importrun.left_out",
        "planning_recurrence.weekdays",
        "posts_amendment.before",
        "posts_amendment.ways",
        "posts_comment.mentions",
        "posts_decision.threads",
        "posts_media.crops",
        "posts_thread.box",
        "posts_version.layout",
        "posts_version.short_links",
        "posts_version.suggested_by",
        "trainings_team.facts",
        "usersessions_usersession.data",
    ),
}


@dataclass(frozen=True)
class Column:
    """A column with text. `number` is the one in its canaries."""

    table: str
    field: models.Field
    number: int
    is_alone: bool  # whether a value may stand in one row only

    @property
    def name(self) -> str:
        return f"{self.table}.{self.field.column}"

    @property
    def is_json(self) -> bool:
        return self.field.get_internal_type() == "JSONField"

    @property
    def is_array(self) -> bool:
        return isinstance(self.field, ArrayField)


@cache
def columns() -> tuple[Column, ...]:
    """Every column that can hold text, in the order of the registry, but closed lists (`choices`) and files."""
    fields = [(model, field) for model in _models() for field in model._meta.local_fields if _holds_text(field)]
    return tuple(
        Column(model._meta.db_table, field, number, _is_alone(model, field))
        for number, (model, field) in enumerate(fields, start=100)
    )


def _models() -> list[type[models.Model]]:
    every = apps.get_models(include_auto_created=True)
    return [model for model in every if model._meta.managed and not model._meta.proxy]


def _holds_text(field: models.Field) -> bool:
    if isinstance(field, ArrayField):
        return _holds_text(field.base_field)
    if isinstance(field, models.FileField) or field.choices:
        return False
    kinds = (models.CharField, models.TextField, models.JSONField, models.GenericIPAddressField)
    return isinstance(field, kinds) or field.get_internal_type() == "JSONField"


def _is_alone(model: type[models.Model], field: models.Field) -> bool:
    together = [
        constraint.fields for constraint in model._meta.constraints if isinstance(constraint, models.UniqueConstraint)
    ]
    expressions = [
        str(constraint.expressions)
        for constraint in model._meta.constraints
        if isinstance(constraint, models.UniqueConstraint)
    ]
    named = {name for names in (*together, *model._meta.unique_together) for name in names}
    return field.unique or field.name in named or any(f"({field.name})" in constraint for constraint in expressions)


def filled() -> list[Column]:
    return [column for column in columns() if column.name not in KEPT]


def numbers_in(body: bytes) -> set[int]:
    """The numbers of the columns whose canaries stand in `body`."""
    return {int(number) for number in _NUMBER.findall(body)}


_NUMBER = re.compile(rb"zq(\d{3,})")


def named(sentence: str) -> str:
    """ " (table.column)" for each column that a sentence speaks of."""
    names = {column.number: column.name for column in columns()}
    there = sorted(number for number in numbers_in(sentence.encode()) if number in names)
    return "".join(f" ({names[number]})" for number in there)


# ---- filling


def fill(among: Callable[[str], str] = lambda table: "TRUE", canaries: tuple[str, ...] = CANARIES) -> dict[str, int]:
    """Fill every row there is; returns by column how many rows hold its canary. Triggers that guard rows are off.

    `among`: SQL that says which rows of a table, if not all. `canaries`: four, the longest first.
    """
    with owner_cursor() as owner:
        owner.execute("SET LOCAL session_replication_role = replica")
    with everywhere("a test fills every row"), connection.cursor() as cursor:
        done = {
            column.name: (_fill_json if column.is_json else _fill_text)(cursor, column, among(column.table), canaries)
            for column in filled()
        }
    with owner_cursor() as owner:
        owner.execute("SET LOCAL session_replication_role = origin")
    return done


def _fill_text(cursor: Any, column: Column, among: str, canaries: tuple[str, ...]) -> int:
    name, table = f'"{column.field.column}"', f'"{column.table}"'
    for value, values in _ways(column, canaries):
        new = f"ARRAY[{value}]" if column.is_array else value
        # Where nothing stands something else may have to stand nothing: a material is a file or an address.
        for where in ("", "" if column.is_array else f" AND {name} <> ''"):
            try:
                with transaction.atomic():
                    cursor.execute(f"UPDATE {table} SET {name} = {new} WHERE {among}{where}", values)
                    return int(cursor.rowcount)
            except (IntegrityError, DataError) as error:
                last = error
    raise AssertionError(f"{column.name} takes no canary: {last}")


def _ways(column: Column, canaries: tuple[str, ...]) -> Iterator[tuple[str, list[Any]]]:
    """SQL of the new value, the most hostile first."""
    pk = '"' + column.field.model._meta.pk.column + '"'
    own, limit = '"' + column.field.column + '"', getattr(column.field, "max_length", None) or 10_000
    n = column.number
    if column.name in JOINED:
        yield f"left({own}, 20) || %s", [SAME.format(n=n)]
        yield f"left({own}, 5) || %s", [canaries[-1].format(n=n)]
        return
    if isinstance(column.field, models.EmailField):
        yield f"replace(%s, '=zq', '=' || {pk} || 'zq')", [EMAIL.format(n=n)]
        return
    if isinstance(column.field, models.URLField):
        yield f"CASE WHEN {pk} %% 2 = 0 THEN %s ELSE %s END", [URL.format(n=n), SCRIPT.format(n=n)]
        yield "%s", [URL.format(n=n)]
        return
    if column.name in ONE_LINE:
        yield "%s", [canaries[2].format(n=n)]
        return
    if column.name in PATHS:
        yield "%s", [PATH.format(n=n)]
        return
    for canary in canaries:
        text = canary.format(n=n)
        if len(text) + SEPARATED * column.is_alone <= limit:
            yield (f"%s || ' ' || {pk}" if column.is_alone else "%s"), [text]


def _fill_json(cursor: Any, column: Column, among: str, canaries: tuple[str, ...]) -> int:
    pk, name = column.field.model._meta.pk.column, column.field.column
    cursor.execute(f'SELECT "{pk}", "{name}"::text FROM "{column.table}" WHERE "{name}" IS NOT NULL AND {among}')
    changed = []
    for key, raw in cursor.fetchall():
        new = json.dumps(_hostile(json.loads(raw), column.number, column.name, canaries[1]))
        if f"zq{column.number}" in new:
            changed.append((key, new))
    if changed:
        execute_values(
            cursor,
            f'UPDATE "{column.table}" AS old SET "{name}" = new.value::jsonb FROM (VALUES %s) AS new (pk, value)'
            f' WHERE old."{pk}" = new.pk',
            changed,
            page_size=1000,
        )
    return len(changed)


def _hostile(value: Any, number: int, path: str, canary: str) -> Any:
    """The same shape, with a canary in place of every string whose key is not a closed one."""
    if isinstance(value, dict):
        return {
            key: member
            if key in CLOSED_KEYS or f"{path}.{key}" in CLOSED_KEYS
            else _hostile(member, number, f"{path}.{key}", canary)
            for key, member in value.items()
        }
    if isinstance(value, list):
        return [_hostile(member, number, path, canary) for member in value]
    is_text = isinstance(value, str) and not _MOMENT.fullmatch(value)
    if not is_text:
        return value
    return SHAPES.get(path.rpartition(".")[2], canary).format(n=number)


# A day or a moment, as the portal writes it.
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[\d:.+Z-]+)?")
