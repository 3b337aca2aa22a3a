"""Connectors to social networks, in plain Python: no Django, no database, no task queue.

Start with `types` (what goes in and comes out), `errors` (what the caller may do next) and `protocols`
(what a connector can do). `registry.connector(key)` gives the class; build it from plain values.
"""
