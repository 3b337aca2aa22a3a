"""Fills a site with what is hard to bring back, and tells what it finds: run in the environment of that site.

python -m tests.launcher.whole_site fill|tell
"""

from __future__ import annotations

import hashlib
import io
import json
import sys
from datetime import timedelta
from typing import Any

TOKEN, CLIENT_SECRET, FACTOR = "token-of-a-page", "secret-of-our-application", "JBSWY3DPEHPK3PXP"


def fill() -> None:
    from allauth.mfa.models import Authenticator

    from django.utils import timezone

    from accounts.domain import second_factor
    from analytics import partitions
    from analytics.models import MetricSnapshot, Subject
    from channels.domain import credentials, keys
    from municipalities import arms
    from municipalities.tenancy import scope
    from platforms.types import Credential
    from portal import checks
    from posts.media.domain import consents
    from posts.media.domain.pictures import add
    from tests.analytics.factories import channel, published, traits_of
    from tests.people import make_cast
    from tests.posts.desk import picture_bytes

    checks.require()  # the first start
    cast, now = make_cast(), timezone.now()
    page = channel(cast.cuprija, cast.approver, platform="facebook")
    with scope(cast.cuprija):
        credentials.store(page, Credential(access_token=TOKEN))
        keys.enter("facebook", "our-client", CLIENT_SECRET, by=cast.administrator)
        Authenticator.objects.create(user=cast.officer, type="totp", data={"secret": second_factor.seal(FACTOR)})
        raw = picture_bytes()
        media = add(cast.cuprija, io.BytesIO(raw), name="fontana.jpg", size=len(raw), by=cast.officer)
        details = consents.ConsentDetails("written", "Ана", "мајка", now.date(), None, now.date() + timedelta(days=9))
        consents.record(media, details, scan=consents.Scan(b"%PDF-1.7\n%%EOF", consents.PDF), by=cast.officer)
        cast.cuprija.arms = arms.prepared(io.BytesIO(picture_bytes("PNG")))
        cast.cuprija.save()
        first, last = partitions.ahead()
        partitions.ensure(first - timedelta(days=40), last)
        public = published(page, now)
        subject = Subject.objects.create(
            municipality=cast.cuprija, kind="publication", channel=page, publication=public, published_on=now.date(),
            traits=traits_of(public),
        )  # fmt: skip
        for days in (0, 31):
            at = now - timedelta(days=days)
            MetricSnapshot.objects.create(municipality=cast.cuprija, subject=subject, at=at, outcome="ok", likes=days)


def tell() -> dict[str, Any]:
    from pathlib import Path

    from allauth.mfa.models import Authenticator

    from django.conf import settings
    from django.core.management import call_command
    from django.db import DatabaseError, connection, transaction

    from accounts.domain import second_factor
    from analytics import partitions
    from channels.domain import credentials
    from channels.models import Channel
    from common.database_owner import as_owner
    from municipalities.tenancy import everywhere
    from portal import checks

    checks.require()  # ends with 1 when keys or media are of another installation
    call_command("migrate", check=True, verbosity=0)  # ends with 1 when the tables are not those of this version
    # As the owner, who counts the rows of all municipalities, partitions by their own names too.
    with as_owner(), everywhere("look at what was restored"), connection.cursor() as cursor:
        (page,) = Channel.objects.all()
        token = credentials.read(page).access_token
        registration = credentials.entered("facebook")
        assert registration is not None
        cursor.execute("SELECT tableoid::regclass::text, likes FROM analytics_metricsnapshot ORDER BY likes")
        pulls = cursor.fetchall()
        cursor.execute("SELECT c.relname FROM pg_class c JOIN pg_inherits i ON c.oid = i.inhrelid ORDER BY 1")
        months = [name for (name,) in cursor.fetchall() if name.startswith("analytics_metricsnapshot")]
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
        tables = [name for (name,) in cursor.fetchall()]
        rows = {}
        for table in tables:
            cursor.execute(f'SELECT count(*) FROM "{table}"')
            rows[table] = cursor.fetchone()[0]
        cursor.execute("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgrelid::regclass::text, 1")
        triggers = [name for (name,) in cursor.fetchall()]
        try:
            with transaction.atomic():
                cursor.execute("UPDATE common_auditevent SET verb = 'forged'")
        except DatabaseError:
            is_append_only = True
        else:
            is_append_only = False
    root = Path(settings.MEDIA_ROOT)
    return {
        "token": token,
        "client_secret": credentials.keys_of(registration).client_secret,
        "factor": second_factor.open_(Authenticator.objects.get().data["secret"]),
        "files": {
            path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(root.rglob("*"))
            if path.is_file()
        },
        "pulls": pulls,
        "months": months,
        "partitions_are_healthy": partitions.healthy(),
        "rows": rows,
        "triggers": triggers,
        "audit_is_append_only": is_append_only,
    }


if __name__ == "__main__":
    import django

    django.setup()
    if sys.argv[1] == "fill":
        fill()
    else:
        print(json.dumps(tell()))
