"""The verbs of the practice network: the only code that writes its tables.

They leave no audit events: the network stands for a server outside the house, and nobody here is a user of the portal.
"""
