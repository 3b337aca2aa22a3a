"""The pages of one municipality's numbers."""
