"""A draft and its versions: create, save, freeze, submit, restore; corrections of what is public."""
