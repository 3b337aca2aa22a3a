"""Running the installation: its first set-up, a municipality's first steps, and the export of its data."""
