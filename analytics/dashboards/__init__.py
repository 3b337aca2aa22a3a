"""Pages of one municipality's statistics."""
