"""Short links on the portal's own host, with clicks counted and nobody recorded."""
