"""E-mail to an address of the municipality: read by IMAP, answered by SMTP."""
