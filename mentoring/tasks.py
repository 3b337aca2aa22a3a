from celery import shared_task

from django.utils import timezone

from mentoring.domain import performance, plan_readings, plans, reminders


@shared_task(name="mentoring.tasks.tell_performance")
def tell_performance() -> None:
    performance.notify_mentors(timezone.now())


@shared_task(name="mentoring.tasks.follow_plans")
def follow_plans() -> None:
    """Plans of municipalities that left are closed; activities that an indicator proves are done."""
    plans.close_left()
    plan_readings.read_all()


@shared_task(name="mentoring.tasks.remind")
def remind() -> None:
    reminders.remind()
