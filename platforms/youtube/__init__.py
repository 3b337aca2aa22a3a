"""YouTube channels. Start at `connector`."""
