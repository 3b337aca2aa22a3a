"""What citizens need, gathered from what they write and say: what was decided, what was done, and who was told."""
