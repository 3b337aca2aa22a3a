"""Renews the stored figures around trainings from daily facts. Running it twice gives the same rows."""

from django.db import connection, transaction

from analytics.comparison.queries import totals, training_figures
from analytics.comparison.training_periods import STRETCHES
from analytics.models import TrainingWindow
from municipalities.models import Enrolment
from municipalities.queries import today
from municipalities.tenancy import everywhere


@transaction.atomic
def renew() -> None:
    """Of every municipality that takes or took part: the stretches that are over."""
    pairs = Enrolment.objects.filter(municipality__joined_on__isnull=False)
    wanted = [
        (pk, trained, stretch)
        for pk, trained in sorted(set(pairs.values_list("municipality_id", "cohort__training_on")))
        for stretch in STRETCHES
        if stretch.is_over(trained, today())
    ]
    with everywhere("figures around trainings"):
        with connection.cursor() as cursor:
            # Two runs at a time would both delete and both insert.
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('figures around trainings'))")
        figures = totals.by_days([training_figures.window(pk, stretch, trained) for pk, trained, stretch in wanted])
        TrainingWindow.objects.all().delete()
        TrainingWindow.objects.bulk_create(
            TrainingWindow(
                municipality_id=pk, training_on=trained, number=stretch.number, **training_figures.stored_values(one)
            )
            for (pk, trained, stretch), one in zip(wanted, figures, strict=True)
        )
