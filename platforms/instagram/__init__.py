"""Instagram's professional accounts. Start at `connector`."""
