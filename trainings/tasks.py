from celery import shared_task


@shared_task(name="trainings.tasks.play_exercises")
def play_exercises() -> None:
    """Citizens of every exercise that runs, and the end of those whose time is up."""
    from trainings.domain import citizens, exercises

    for exercise in citizens.running():
        if not exercises.end_when_over(exercise):
            citizens.play(exercise)
