"""The page on which a post is written."""
