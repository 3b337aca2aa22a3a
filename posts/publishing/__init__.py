"""Between a post and the outbox: publications, the policy that is asked before each send, short links."""
