"""The type of texts that are translated when they are shown: a string, or what `gettext_lazy` returns."""

from django.utils.functional import Promise

LazyText = str | Promise
