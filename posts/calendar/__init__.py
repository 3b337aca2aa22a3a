"""The calendar, and the list of posts."""
