from celery import shared_task

from common import mail


@shared_task(name="common.tasks.send_outbox")
def send_outbox() -> None:
    mail.send_waiting()


@shared_task(name="common.tasks.purge_sent_mail")
def purge_sent_mail() -> None:
    mail.purge_sent()
