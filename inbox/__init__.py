"""What citizens say on the networks: heard, sorted, answered in time, forgotten when its time is over."""
