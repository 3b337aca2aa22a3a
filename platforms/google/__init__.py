"""What Google's networks have in common."""
