"""Running the installation: its first set-up, a municipality's first steps, and everything of it to take along."""
