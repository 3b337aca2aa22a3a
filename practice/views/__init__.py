"""The pages: a feed that looks like a social network, the door where one picks a name, the consent for programs."""
