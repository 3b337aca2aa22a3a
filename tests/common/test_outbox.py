"""The outbox: one mail that cannot be sent does not hold up the others."""

from __future__ import annotations

from typing import Any

from django.core import mail as wire

from common import mail
from common.models import MailMessage


def test_a_mail_with_a_broken_header_fails_and_the_next_one_leaves(db: None, settings: Any) -> None:
    settings.MAIL_TRANSPORT = "django.core.mail.backends.locmem.EmailBackend"
    first = mail.compose(to="a@test.example", subject="One", body="Words")
    first.subject = "One\nBcc: everybody@test.example"  # as no code of ours writes it
    mail.queue_all([first, mail.compose(to="b@test.example", subject="Two", body="Words")])
    assert mail.send_waiting() == 1
    assert [message.to for message in wire.outbox] == [["b@test.example"]]
    failed = MailMessage.objects.get(to="a@test.example")
    assert failed.state == "failed"
    assert "newlines" in failed.problem
