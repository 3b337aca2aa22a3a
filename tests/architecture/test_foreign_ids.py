"""Nobody reaches the rows of another municipality by sending their ids, at no address, by no method, in no form."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture import foreign_world as world
from tests.architecture import test_urls as urls
from tests.architecture.foreign_walk import Walk, recording

import time, os

def test_nobody_reaches_rows_of_another_municipality_at_a_sample(db: None) -> None:
    n = int(os.environ.get("ONE_OF", "48"))
    addresses = urls.sampled(n)
    t=time.time()
    with world.two_sides(addresses) as (ours, theirs):
        print("world", time.time()-t); t=time.time()
        a, b = world.rows_of(ours), world.rows_of(theirs)
        print({k:(a[k],b[k]) for k in a if a[k]!=b[k]})
        print(sum(a.values()), sum(1 for k in a if a[k]))
        filled = world.fill_texts(theirs)
        print("fill", time.time()-t); t=time.time()
        watch = world.Watch(theirs)
        print("watch", time.time()-t); t=time.time()
        print("base", watch.problems(world.tables()))
        with recording():
            walk = Walk(ours, theirs, watch)
            walk.collect_forms(addresses)
            print("forms", time.time()-t, {k:len(v) for k,v in walk.forms.items()}); t=time.time()
            walk.visit(addresses)
        print("walk", time.time()-t); t=time.time()
        print("end", watch.problems(world.tables()), world.missing_files(theirs))
        print(walk.figures, walk.statuses)
        print({k:v for k,v in walk.keys.items() if v})
        print("not reached", [a.name for a in addresses if a.route not in walk.reached])
        print(len(walk.wrong))
        with open("/tmp/dev/scratch_urls/wrong","w") as f:
            for k,v in sorted(walk.wrong.items()): f.write(f"{k}\n    {v[:1500]}\n")
