"""Shared by all views: typed requests, parameters of a request, rate limits. Knows no model of the portal."""
