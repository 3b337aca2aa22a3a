"""What stands in each report. The language and, for a municipality, its scope are open when they are put together."""
