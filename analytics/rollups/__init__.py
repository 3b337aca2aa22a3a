"""Facts by day and month, built from the stored metric snapshots; their freshness, retention and rebuild."""
