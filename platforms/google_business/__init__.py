"""Reviews of a place on Google. Start at `connector`."""
