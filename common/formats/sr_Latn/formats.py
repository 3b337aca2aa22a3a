"""Numbers and dates are the same in the Latin script."""

from common.formats.sr.formats import *  # noqa: F403
