"""`make bench`: how the main pages behave at the size of the closest peer's measured load.

`seed` fills a database of its own, `measure` serves it with gunicorn and takes the times, `report` prints and writes.
"""
