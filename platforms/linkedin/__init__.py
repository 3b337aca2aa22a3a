"""LinkedIn pages of organisations. Start at `connector`."""
