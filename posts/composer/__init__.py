"""The composer: the page on which a post is written."""
