from celery import shared_task

from municipalities.domain import house_rules, programme, waiting


@shared_task(name="municipalities.tasks.end_lapsed")
def end_lapsed() -> None:
    """What hung on rights whose last day has passed."""
    programme.end_lapsed()


@shared_task(name="municipalities.tasks.relax_due")
def relax_due() -> None:
    house_rules.apply_due()
    waiting.settle_due()
