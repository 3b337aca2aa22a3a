"""The verbs of posts: the only code that writes. Each is one transaction and writes one audit event.

A verb takes the person who acts as `by`, looks at the post once more under a lock, and raises `ActionNotAllowed` with a
sentence for people when the post's state does not allow it. Who may ask at all is decided before, by `posts.rules`.
"""
