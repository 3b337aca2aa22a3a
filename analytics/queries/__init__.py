"""Reads of the numbers."""

from analytics.queries.due import channels_without_subject, publications_without_subject

__all__ = ["channels_without_subject", "publications_without_subject"]
