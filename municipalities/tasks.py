from celery import shared_task

from municipalities.domain import house_rules, waiting


@shared_task(name="municipalities.tasks.relax_due")
def relax_due() -> None:
    house_rules.apply_due()
    waiting.settle_due()
