"""Shared by Facebook, Instagram and Threads: the Graph API's calls and error codes, and Facebook Login."""
