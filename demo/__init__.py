"""The demo: six municipalities of a training with sixty days of posts, relative to today. `seed.fill()` is the door.

What people write stands in `content/`, as data; `texts` reads it and plans the days, `past` turns a plan into rows,
`present` does with the portal's own verbs what waits for somebody today, `numbers` makes the readings. Everything is
marked `is_demo`, chance is seeded by name, and no person's name appears anywhere.
"""
