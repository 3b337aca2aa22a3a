import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("posts", "0005_media_library"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="Closing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("promise", models.TextField(blank=True)),
                ("answers", models.PositiveIntegerField(blank=True, null=True, verbose_name="how many people answered")),
                ("results", models.TextField(verbose_name="what people said")),
                ("done", models.TextField(verbose_name="what the municipality does about it")),
                ("at", models.DateTimeField(auto_now_add=True)),
                ("changed_at", models.DateTimeField(auto_now=True)),
                ("by", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("follow_up", models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="posts.post")),
                ("municipality", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="municipalities.municipality")),
                ("post", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="closing", to="posts.post")),
            ],
            options={"abstract": False, "base_manager_name": "objects"},
        ),
    ]
