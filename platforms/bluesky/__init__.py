"""Bluesky (AT protocol)."""
