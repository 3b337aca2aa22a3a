"""Events that people mark on charts over time, of a municipality or of a programme."""
