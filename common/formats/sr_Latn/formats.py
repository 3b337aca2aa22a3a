"""The Latin script changes nothing about numbers and dates."""

from common.formats.sr.formats import *  # noqa: F403
