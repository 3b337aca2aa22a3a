"""What people are notified of about the review of a post."""
