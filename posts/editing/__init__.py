"""A draft and its versions: created, saved, frozen, submitted, restored; corrections of what is public."""
