"""Leases: of several processes that could do something, one does it at a time.

A holder that is killed, cut off or too slow loses its lease when it ends, so two may work for a moment. A lease saves
work that would be done twice; what must never happen twice is claimed row by row. The clock is the database's.
"""

from django.db import connection

from common.models import Lease

HOLD = """
    INSERT INTO common_lease (name, holder, ends_at)
    VALUES (%(name)s, %(holder)s, clock_timestamp() + make_interval(secs => %(seconds)s))
    ON CONFLICT (name) DO UPDATE SET holder = excluded.holder, ends_at = excluded.ends_at
    WHERE common_lease.holder = excluded.holder OR common_lease.ends_at < clock_timestamp()
"""


def hold(name: str, holder: str, seconds: float) -> bool:
    """Take the lease `name`, or renew it, for so many seconds from now. False while another holder has it."""
    with connection.cursor() as cursor:
        cursor.execute(HOLD, {"name": name, "holder": holder, "seconds": seconds})
        return bool(cursor.rowcount)


def release(name: str, holder: str) -> None:
    """End the lease, so that another may take it at once. Nothing happens if `holder` does not have it."""
    Lease.objects.filter(name=name, holder=holder).delete()
