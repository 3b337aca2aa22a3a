from celery import shared_task

from django.utils import timezone

from mentoring.domain import performance


@shared_task(name="mentoring.tasks.tell_performance")
def tell_performance() -> None:
    performance.tell(timezone.now())
