"""Campaign kits: posts that a programme writes once and its municipalities adopt in their own name.

It stands above the library, whose gaps it fills, and above planning, whose campaigns group what it makes.
"""
