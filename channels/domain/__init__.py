"""The verbs of channels: the only code that writes."""
