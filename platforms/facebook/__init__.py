"""Facebook Pages. Start at `connector`."""
