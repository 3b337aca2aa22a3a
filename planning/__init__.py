"""Schedules and groups of posts: slots, recurrences, campaigns, import of a month's plan, calendar feeds."""
