"""When posts go out, and which belong together: slots, repetition, campaigns, a month's plan from a file, the feed."""
