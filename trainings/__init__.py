"""Trainings of a programme: agenda, materials, attendance, certificates, and exercises on the practice network."""
