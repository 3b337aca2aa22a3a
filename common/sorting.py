"""Serbian alphabetical order in queries: `Municipality.objects.order_by(SerbianKey("name_latn"), "name_latn")`."""

from django.db.models import BinaryField, Func


class SerbianKey(Func):
    """The key of `common/sql/sr_key.sql`."""

    function = "sr_key"
    output_field = BinaryField()
