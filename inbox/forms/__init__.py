"""The forms of the inbox."""
