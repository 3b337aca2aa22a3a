"""Shared by all views: typed requests and request parameters. Does not know the portal's models."""
