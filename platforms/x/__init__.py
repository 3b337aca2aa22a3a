"""X (formerly Twitter). Start at `connector`."""
