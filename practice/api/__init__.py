"""The client API: what programs call. It answers as Mastodon does, for what our connector and others of its kind need."""
