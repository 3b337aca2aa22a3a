"""Secrets that stand in addresses do not end up in logs: Django writes the path of every refused request.

Links in mails to departments, invitations, password resets, confirmations of addresses, calendar feeds, links that stop
mail, the link of the first set-up and signed addresses of files are permissions by themselves.
"""

import logging
import re

SECRET = re.compile(
    r"(/inbox-answer/|/invitation/|/password/reset/key/|/confirm-email/|/feeds/|/notifications/stop/|/setup/open/|/public/)"
    r"[^/\s?\"']+"
)


class WithoutSecrets(logging.Filter):
    """Cuts them out of the line before it is written; nothing is dropped."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if SECRET.search(text):
            record.msg, record.args = SECRET.sub(r"\1…", text), ()
        return True
