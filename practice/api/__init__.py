"""The client API. It answers like Mastodon, as far as our connector and similar clients need it."""
