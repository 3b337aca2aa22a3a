from celery import shared_task

from django.utils import timezone

from mentoring.domain import performance, plan_readings, plans, reminders


@shared_task(name="mentoring.tasks.notify_performance")
def notify_performance() -> None:
    performance.notify_mentors(timezone.now())


@shared_task(name="mentoring.tasks.update_plans")
def update_plans() -> None:
    """Plans of municipalities that left are closed; activities that an indicator proves are done."""
    plans.close_left()
    plan_readings.read_all()


@shared_task(name="mentoring.tasks.send_reminders")
def send_reminders() -> None:
    reminders.remind()
