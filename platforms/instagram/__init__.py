"""Instagram professional accounts. Start at `connector`."""
