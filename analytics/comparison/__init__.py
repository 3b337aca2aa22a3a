"""Municipalities of a programme side by side: the table, groups, peers, before and after the training."""
