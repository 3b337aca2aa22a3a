"""Contents of each report. Built in the active language and, for a municipality, within its scope."""
