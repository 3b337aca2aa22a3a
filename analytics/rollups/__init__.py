"""Facts by day and month, made of the stored readings; their freshness, retention and rebuild."""
