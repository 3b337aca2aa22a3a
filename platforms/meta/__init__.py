"""What Facebook, Instagram and Threads share: the Graph API's calls and error codes, and Facebook Login."""
