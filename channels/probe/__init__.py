"""`make maintain WHAT=probe`: a real account of a network, one step at a time. Begin reading at `conversation.py`."""
