"""Notifications about the review of a post; mentions."""
