"""Threads. Start at `connector`."""
