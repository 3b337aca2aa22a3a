"""Views of channels: pages for people, and endpoints that networks call."""
