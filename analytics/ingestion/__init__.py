"""Asking networks for the numbers of posts and channels, and storing what they answer (polling, snapshots)."""
