"""Approval, comments, suggestions, emergencies: what colleagues do about a post, and the page for it."""
