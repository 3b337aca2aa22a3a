"""Viber channels, by their Post API, which can post and read nothing back."""
