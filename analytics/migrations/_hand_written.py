"""What Django cannot create: a partitioned table."""

from pathlib import Path
from typing import Any

from django.db import migrations

from analytics import partitions

FUNCTIONS = Path(__file__).parents[1] / "sql" / "partitions.sql"
SNAPSHOTS = """
CREATE TABLE analytics_metricsnapshot (
    subject_id bigint NOT NULL REFERENCES analytics_subject (id) ON DELETE CASCADE,
    at timestamptz NOT NULL,
    municipality_id bigint NOT NULL REFERENCES municipalities_municipality (id),
    outcome varchar(14) NOT NULL,
    likes integer CHECK (likes >= 0),
    reposts integer CHECK (reposts >= 0),
    replies integer CHECK (replies >= 0),
    quotes integer CHECK (quotes >= 0),
    clicks integer CHECK (clicks >= 0),
    views integer CHECK (views >= 0),
    reach integer CHECK (reach >= 0),
    followers integer CHECK (followers >= 0),
    paid_views integer CHECK (paid_views >= 0),
    PRIMARY KEY (subject_id, at)
) PARTITION BY RANGE (at);
CREATE TABLE analytics_metricsnapshot_default PARTITION OF analytics_metricsnapshot DEFAULT;
"""


class CreateMetricSnapshot(migrations.CreateModel):
    """The table of snapshots and its first months, as they were in version 0.1.0."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        schema_editor.execute(SNAPSHOTS)
        schema_editor.execute(FUNCTIONS.read_text(encoding="utf-8"), params=None)
        model = to_state.apps.get_model(app_label, self.name)
        for index in model._meta.indexes:
            schema_editor.add_index(model, index)
        partitions.ensure(*partitions.ahead())


TABLES = {"MetricSnapshot": CreateMetricSnapshot}
