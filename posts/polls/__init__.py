"""Polls and other questions to citizens: votes, and the closing report."""
