"""Between a post and the outbox: publications, the gate that is asked before each send, short links."""
