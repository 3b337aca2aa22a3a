"""Formats and filters of the log: one line per record, and per refused request, without the secrets of addresses.

Links in mails to departments and to approvers, invitations, password resets, confirmations of addresses, calendar
feeds, unsubscribe links, the link of the first set-up and signed addresses of files grant access by themselves.
"""

import json
import logging
import re
from datetime import datetime
from zoneinfo import ZoneInfo

from django.http import Http404, HttpRequest

SECRET = re.compile(
    r"(/inbox-answer/|/decide/|/invitation/|/password/reset/key/|/confirm-email/|/feeds/|/notifications/stop/|/setup/open/|/public/)"
    r"[^/\s?\"']+"
)

# Controls (newlines and the beginning of ANSI sequences among them), separators of lines, marks of direction, and what
# a stream cannot encode.
UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
# Attribute of a record: its values by name, for whoever reads JSON.
FIELDS = "fields"
# And the trace it belongs to, where traces are made (`portal.tracing`).
TRACE_ID = "trace_id"


class PlainFormatter(logging.Formatter):
    """One line per record: time with its offset, level, logger, id of the request, message, and the id of a trace.

    Nothing that a stranger typed begins a line or moves the cursor of a terminal: control characters, line separators
    and marks of direction are escaped. Lines of a traceback are indented.
    """

    def __init__(self, zone: str) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(request_id)s %(message)s")
        self.zone = ZoneInfo(zone)

    def format(self, record: logging.LogRecord) -> str:
        record.message = record.getMessage()
        record.asctime = moment(record, self.zone)
        trace_id = record.__dict__.get(TRACE_ID)
        lines = [in_one_line(self.formatMessage(record)) + (f" trace_id={trace_id}" if trace_id else "")]
        # Not `exc_text`: another handler may have put it there as it came.
        if record.exc_info:
            lines += self.formatException(record.exc_info).split("\n")
        if record.stack_info:
            lines += record.stack_info.split("\n")
        return "\n    ".join([lines[0], *map(in_one_line, lines[1:])])


class JsonFormatter(logging.Formatter):
    """One JSON object per line. Everything outside of ASCII is escaped, so a value cannot begin a line."""

    def __init__(self, zone: str) -> None:
        super().__init__()
        self.zone = ZoneInfo(zone)

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": moment(record, self.zone),
            "level": record.levelname,
            "logger": record.name,
            "request_id": record.__dict__["request_id"],
            "message": record.getMessage(),
            **record.__dict__.get(FIELDS, {}),
        }
        if trace_id := record.__dict__.get(TRACE_ID):
            entry[TRACE_ID] = trace_id
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        if record.stack_info:
            entry["stack"] = record.stack_info
        return json.dumps(entry, default=str)


def moment(record: logging.LogRecord, zone: ZoneInfo) -> str:
    """For example 2026-11-29T05:17:04.123+01:00."""
    return datetime.fromtimestamp(record.created, zone).isoformat(timespec="milliseconds")


def in_one_line(text: str) -> str:
    """`text` with everything escaped that begins a line, or that a terminal takes for an order."""
    return UNPRINTABLE.sub(_escaped, text.rstrip())


def _escaped(match: re.Match[str]) -> str:
    return match[0].encode("unicode_escape").decode("ascii")


class WithoutSecrets(logging.Filter):
    """Cuts them out of the line before it is written; nothing is dropped."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if SECRET.search(text):
            record.msg, record.args = SECRET.sub(r"\1…", text), ()
        return True


class Refusals(logging.Filter):
    """Makes one line of a refusal (below 500): status, method, path, user, the permission that the page needs, and the
    reason. The page shows where a refusal came from, so a traceback would only hide errors. Those of 500 stay whole."""

    def filter(self, record: logging.LogRecord) -> bool:
        request, status = getattr(record, "request", None), getattr(record, "status_code", None)
        if isinstance(request, HttpRequest) and isinstance(status, int) and status < 500:
            reason = _reason(record)
            record.msg, record.args = _line(request, status, reason), ()
            record.exc_info = record.exc_text = record.stack_info = None
        return True


def _line(request: HttpRequest, status: int, reason: str) -> str:
    # Read already, or not at all: a line of the log asks the database nothing.
    user = request.__dict__.get("_cached_user")
    who = f"user {user.pk}" if user is not None and user.pk else "nobody signed in"
    view = getattr(getattr(request, "resolver_match", None), "func", None)
    permission = getattr(view, "permission", None)
    needs = f", needs {permission.verb or permission.kind}" if status == 403 and permission else ""
    return f"{status} {_printable(request.method)} {_printable(request.path)} ({who}{needs}){reason}"


def _reason(record: logging.LogRecord) -> str:
    """The first line of the exception, if it has a text."""
    raised = record.exc_info[1] if record.exc_info else None
    line = str(raised).strip().partition("\n")[0][:200] if raised else ""
    return f": {_printable(line)}" if line and not isinstance(raised, Http404) else ""


def _printable(text: str | None) -> str:
    """In one line, whatever a stranger put into an address."""
    return (text or "").encode("unicode_escape").decode("ascii")
