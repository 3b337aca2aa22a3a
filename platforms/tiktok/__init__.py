"""TikTok. Start at `connector`."""
