"""Importing numbers from before the portal: from a file, or from a network's older posts."""
