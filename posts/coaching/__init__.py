"""The coach: advice on a draft while it is written, each with a reason and, where possible, a fix.

It advises and never blocks; only a network or a municipality's rule does. Pure: values in, values out. Begin with
`points`; `text_rules` has the rules for a text.
"""
