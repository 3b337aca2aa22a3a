"""Shared by all views: typed requests and parameters of a request. Knows no model of the portal."""
