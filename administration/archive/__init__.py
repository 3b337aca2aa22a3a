"""Everything of one municipality in one file that needs no portal to be read.

`build` writes it: pages for people (`index.html`, `posts/…html`), JSON and CSV for programs, and the files themselves.
Rows are read in pieces and written at once, so that a large municipality needs no more memory than a small one. The
scope of the municipality is open, so that no query here can see another; `contents` says what of each table goes in,
and a test holds that none was forgotten.
"""
