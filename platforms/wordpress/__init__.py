"""WordPress: the municipality's own web site."""
