"""The client API: what programs call. It answers as Mastodon does, as far as our connector and its like need it."""
