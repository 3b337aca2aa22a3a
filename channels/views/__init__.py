"""The doors of channels: pages for people, and what networks call."""
