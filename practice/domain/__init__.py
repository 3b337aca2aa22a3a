"""The verbs of the practice network: the only code that writes its tables.

They record no audit events: the network stands for an external server, and its people are no users of the portal.
"""
