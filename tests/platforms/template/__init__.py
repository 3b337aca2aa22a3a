"""A connector to begin from, and the fake of its network: docs/platforms/write-one.md. `test_template.py` runs it."""
