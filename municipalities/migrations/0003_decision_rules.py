import django.db.models.deletion
import django.db.models.functions.comparison
import pgtrigger.compiler
import pgtrigger.migrations
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("municipalities", "0002_arms_storage"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Delegation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("starts_on", models.DateField()),
                ("ends_on", models.DateField()),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EmergencyRight",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("ended_at", models.DateTimeField(null=True)),
            ],
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="municipality",
            name="insert_insert",
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name="municipality",
            name="update_update",
        ),
        migrations.RemoveField(
            model_name="municipality",
            name="needs_approval",
        ),
        migrations.RemoveField(
            model_name="municipalityevent",
            name="needs_approval",
        ),
        migrations.AddField(
            model_name="municipality",
            name="approval",
            field=models.CharField(
                choices=[
                    ("none", "Nobody: an officer publishes alone"),
                    ("one", "One approver"),
                    ("mentor", "The mentor reads it first, then one approver"),
                    ("two", "Two approvers"),
                ],
                default="one",
                max_length=6,
                verbose_name="who approves posts",
            ),
        ),
        migrations.AddField(
            model_name="municipality",
            name="emergency_review_hours",
            field=models.PositiveSmallIntegerField(
                default=24, verbose_name="hours until an emergency post is reviewed"
            ),
        ),
        migrations.AddField(
            model_name="municipalityevent",
            name="approval",
            field=models.CharField(
                choices=[
                    ("none", "Nobody: an officer publishes alone"),
                    ("one", "One approver"),
                    ("mentor", "The mentor reads it first, then one approver"),
                    ("two", "Two approvers"),
                ],
                default="one",
                max_length=6,
                verbose_name="who approves posts",
            ),
        ),
        migrations.AddField(
            model_name="municipalityevent",
            name="emergency_review_hours",
            field=models.PositiveSmallIntegerField(
                default=24, verbose_name="hours until an emergency post is reviewed"
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="municipality",
            trigger=pgtrigger.compiler.Trigger(
                name="insert_insert",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    func='INSERT INTO "municipalities_municipalityevent" ("approval", "arms", "colour", "district_id", "emergency_review_hours", "forms", "id", "is_demo", "is_practice", "joined_on", "kind", "may_approve_own", "move_window_hours", "name_cyrl", "name_en", "name_latn", "not_after_minutes", "office_hours", "official_languages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population", "population_source", "population_year", "primary_script", "slug", "staff_may_read_drafts", "website") VALUES (NEW."approval", NEW."arms", NEW."colour", NEW."district_id", NEW."emergency_review_hours", NEW."forms", NEW."id", NEW."is_demo", NEW."is_practice", NEW."joined_on", NEW."kind", NEW."may_approve_own", NEW."move_window_hours", NEW."name_cyrl", NEW."name_en", NEW."name_latn", NEW."not_after_minutes", NEW."office_hours", NEW."official_languages", _pgh_attach_context(), NOW(), \'insert\', NEW."id", NEW."population", NEW."population_source", NEW."population_year", NEW."primary_script", NEW."slug", NEW."staff_may_read_drafts", NEW."website"); RETURN NULL;',
                    hash="325345547a2737e28ab832d9f2149f11136d2ece",
                    operation="INSERT",
                    pgid="pgtrigger_insert_insert_fcc6e",
                    table="municipalities_municipality",
                    when="AFTER",
                ),
            ),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name="municipality",
            trigger=pgtrigger.compiler.Trigger(
                name="update_update",
                sql=pgtrigger.compiler.UpsertTriggerSql(
                    condition='WHEN (OLD."approval" IS DISTINCT FROM (NEW."approval") OR OLD."arms" IS DISTINCT FROM (NEW."arms") OR OLD."colour" IS DISTINCT FROM (NEW."colour") OR OLD."district_id" IS DISTINCT FROM (NEW."district_id") OR OLD."emergency_review_hours" IS DISTINCT FROM (NEW."emergency_review_hours") OR OLD."forms" IS DISTINCT FROM (NEW."forms") OR OLD."id" IS DISTINCT FROM (NEW."id") OR OLD."is_demo" IS DISTINCT FROM (NEW."is_demo") OR OLD."is_practice" IS DISTINCT FROM (NEW."is_practice") OR OLD."joined_on" IS DISTINCT FROM (NEW."joined_on") OR OLD."kind" IS DISTINCT FROM (NEW."kind") OR OLD."may_approve_own" IS DISTINCT FROM (NEW."may_approve_own") OR OLD."move_window_hours" IS DISTINCT FROM (NEW."move_window_hours") OR OLD."name_cyrl" IS DISTINCT FROM (NEW."name_cyrl") OR OLD."name_en" IS DISTINCT FROM (NEW."name_en") OR OLD."name_latn" IS DISTINCT FROM (NEW."name_latn") OR OLD."not_after_minutes" IS DISTINCT FROM (NEW."not_after_minutes") OR OLD."office_hours" IS DISTINCT FROM (NEW."office_hours") OR OLD."official_languages" IS DISTINCT FROM (NEW."official_languages") OR OLD."population" IS DISTINCT FROM (NEW."population") OR OLD."population_source" IS DISTINCT FROM (NEW."population_source") OR OLD."population_year" IS DISTINCT FROM (NEW."population_year") OR OLD."primary_script" IS DISTINCT FROM (NEW."primary_script") OR OLD."slug" IS DISTINCT FROM (NEW."slug") OR OLD."staff_may_read_drafts" IS DISTINCT FROM (NEW."staff_may_read_drafts") OR OLD."website" IS DISTINCT FROM (NEW."website"))',
                    func='INSERT INTO "municipalities_municipalityevent" ("approval", "arms", "colour", "district_id", "emergency_review_hours", "forms", "id", "is_demo", "is_practice", "joined_on", "kind", "may_approve_own", "move_window_hours", "name_cyrl", "name_en", "name_latn", "not_after_minutes", "office_hours", "official_languages", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "population", "population_source", "population_year", "primary_script", "slug", "staff_may_read_drafts", "website") VALUES (NEW."approval", NEW."arms", NEW."colour", NEW."district_id", NEW."emergency_review_hours", NEW."forms", NEW."id", NEW."is_demo", NEW."is_practice", NEW."joined_on", NEW."kind", NEW."may_approve_own", NEW."move_window_hours", NEW."name_cyrl", NEW."name_en", NEW."name_latn", NEW."not_after_minutes", NEW."office_hours", NEW."official_languages", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."population", NEW."population_source", NEW."population_year", NEW."primary_script", NEW."slug", NEW."staff_may_read_drafts", NEW."website"); RETURN NULL;',
                    hash="808320e2d85f72bc4ad0fb39d106ebf02a71ca93",
                    operation="UPDATE",
                    pgid="pgtrigger_update_update_87f58",
                    table="municipalities_municipality",
                    when="AFTER",
                ),
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="approver",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations_given",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="delegate",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations_held",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="delegation",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="delegations",
                to="municipalities.municipality",
            ),
        ),
        migrations.AddField(
            model_name="emergencyright",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="emergencyright",
            name="municipality",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emergency_rights",
                to="municipalities.municipality",
            ),
        ),
        migrations.AddField(
            model_name="emergencyright",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="emergency_rights",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="delegation",
            index=models.Index(fields=["municipality", "ends_on"], name="delegation_here"),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("starts_on__lte", django.db.models.functions.comparison.Coalesce("ends_on", "starts_on"))
                ),
                name="delegation_ends_after_it_starts",
            ),
        ),
        migrations.AddConstraint(
            model_name="delegation",
            constraint=models.CheckConstraint(
                condition=models.Q(("approver", models.F("delegate")), _negated=True),
                name="delegation_to_somebody_else",
            ),
        ),
        migrations.AddConstraint(
            model_name="emergencyright",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("municipality", "user"),
                name="one_running_emergency_right",
            ),
        ),
    ]
