"""Municipalities learn from each other: the gallery of posts they share, and the programme's good practice."""
