"""The coach: looks over the shoulder of whoever writes, says what is worth a look, why, and offers to put it right.

It advises and never blocks; only a network or a house rule does that. Pure: values in, values out.
Begin with `points`; `text_rules` are the rules for a text.
"""
