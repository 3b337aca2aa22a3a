"""The pages: a feed that looks like a social network, signing in by picking a name, the consent page for programs."""
