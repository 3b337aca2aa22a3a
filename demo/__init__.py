"""The demo: six municipalities of a training with sixty days of posts, relative to today (`seed.fill()`); behind them
the year before, and six municipalities that are not trained yet (`year.fill()`).

Texts are data in `content/`; `texts` reads them and plans the days, `published_posts` turns a plan into rows,
`unpublished_posts` creates by the portal's own verbs what waits for somebody today, `metrics` creates the snapshots.
Everything is marked `is_demo`, randomness is seeded by name, and no person's name appears anywhere.
"""
