"""The formatter of our templates: `python -m tools.template_format` formats, `--check` complains.

`nodes` reads a template into a tree, `layout` writes the tree again, one element per line and at most 120 columns.
What a line break means is in `common.template_source`.
"""
