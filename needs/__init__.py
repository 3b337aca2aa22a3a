"""Needs of citizens, gathered from messages and calls: what was decided and done, and who was answered."""
