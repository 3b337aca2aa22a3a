"""Reads of the inbox, inside the scope of one municipality unless a module says otherwise."""
