from celery import shared_task

from notifications.domain import retention, send


@shared_task(name="notifications.tasks.send_mail")
def send_mail() -> None:
    send.send_due()


@shared_task(name="notifications.tasks.purge_expired")
def purge_expired() -> None:
    retention.purge_expired()
