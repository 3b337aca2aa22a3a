"""Review of a post by colleagues: approval, comments, suggestions, emergencies, and the page for them."""
