from celery import shared_task

from common import mail


@shared_task(name="common.tasks.send_outbox")
def send_outbox() -> None:
    mail.send_waiting()
