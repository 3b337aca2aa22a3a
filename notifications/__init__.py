"""Notifications of a person, in the portal and by mail, and their preferences for mail."""
