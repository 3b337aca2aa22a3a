"""Pictures, videos, captions, folders and consents."""
