"""The export of one municipality: a file that can be read without the portal.

`build` writes it: pages for people (`index.html`, `posts/…html`), JSON and CSV for programs, and the files themselves.
Rows are read in chunks and written at once, so that a large municipality needs no more memory than a small one. The
scope of the municipality is open, so that no query here can see another; `contents` lists what is exported of each
table, and a test checks that none is missing.
"""
