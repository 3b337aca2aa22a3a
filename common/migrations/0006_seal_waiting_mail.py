"""Encrypt what mail that is not sent yet says. What was sent or given up is not read again, except in the demo."""

import json

from django.conf import settings
from django.db import migrations


def seal_waiting(apps, schema_editor):
    from common import crypto

    mails = apps.get_model("common", "MailMessage").objects.all()
    if not settings.DEMO:
        mails = mails.filter(state="waiting")
    for row in mails.iterator(chunk_size=500):
        content = json.dumps({"body": row.body, "headers": row.headers})
        row.sealed = crypto.seal("mail", content, f"{row.pk}:{row.to}")
        row.save(update_fields=["sealed"])
    # The next migration drops these columns; rows written anew leave no copy in the table's files.
    apps.get_model("common", "MailMessage").objects.update(body="", headers={})


class Migration(migrations.Migration):
    dependencies = [("common", "0005_mail_sealed")]

    operations = [migrations.RunPython(seal_waiting, migrations.RunPython.noop)]
