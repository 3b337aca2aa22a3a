"""Log filters: one line per refused request, without the secrets that addresses contain.

Links in mails to departments, invitations, password resets, confirmations of addresses, calendar feeds, unsubscribe
links, the link of the first set-up and signed addresses of files grant access by themselves.
"""

import logging
import re
import time

from django.http import Http404, HttpRequest

SECRET = re.compile(
    r"(/inbox-answer/|/invitation/|/password/reset/key/|/confirm-email/|/feeds/|/notifications/stop/|/setup/open/|/public/)"
    r"[^/\s?\"']+"
)


class UtcFormatter(logging.Formatter):
    """Times in UTC, so that lines of several machines fall into one order: 2026-11-28T17:33:05.250Z."""

    default_time_format = "%Y-%m-%dT%H:%M:%S"
    default_msec_format = "%s.%03dZ"

    @staticmethod
    def converter(seconds: float | None) -> time.struct_time:
        return time.gmtime(seconds)


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
