"""The verbs of posts: the only code that writes. Each is one transaction and writes one audit event.

A verb takes the acting user as `by`, reads the post again under a lock, and raises `ActionNotAllowed` with a sentence
for the user when the post's state does not allow it. Permissions are checked before, by `posts.rules`.
"""
