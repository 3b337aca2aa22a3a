"""Posts that ask people something: votes, and the closing report."""
