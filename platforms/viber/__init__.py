"""Viber channels, by their Post API. It posts, and tells nothing of what it posted."""
