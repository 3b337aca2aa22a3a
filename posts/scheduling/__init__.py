"""When a post goes out."""
