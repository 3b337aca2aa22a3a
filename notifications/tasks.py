from celery import shared_task

from notifications.domain import retention, send, send_pushes


@shared_task(name="notifications.tasks.send_mail")
def send_mail() -> None:
    send.send_due()


@shared_task(name="notifications.tasks.send_pushes")
def send_due_pushes() -> None:
    send_pushes.send_due()


@shared_task(name="notifications.tasks.purge_expired")
def purge_expired() -> None:
    retention.purge_expired()
