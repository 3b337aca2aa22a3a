"""Nobody reaches the rows of another municipality by sending their ids: at no address, by no method, in no form.

Two municipalities have the same objects and people (`foreign_world`). Everybody of the one sends ids of the other in
addresses, query strings and forms (`foreign_walk`); PostgreSQL says what became of the rows of the other, and every
text column of theirs holds words that may be in no answer. What the product shares on purpose is in `foreign_shared`.
"""

from __future__ import annotations

import pytest

from django.test import override_settings
from django.urls import get_resolver

from tests import security_figures
from tests.architecture import foreign_mistakes, foreign_shared
from tests.architecture import foreign_world as world
from tests.architecture import test_urls as urls
from tests.architecture.foreign_walk import METHODS, Walk, recording
from tests.architecture.foreign_world import Watch, two_sides
from tests.cases import undone

CHUNKS = 4
GALLERY = [address for address in urls.OURS if address.route.startswith("m/<slug:municipality>/gallery/")]
# Addresses whose own code never sees a foreign id, with the reason.
NOT_REACHED = {
    **urls.NOTHING_THERE,
    "post_emergency": "for somebody on the list of those who may, which nobody here is; tests/posts",
}


def walk_over(
    addresses: list[urls.Address],
    *,
    roles: tuple[str, ...] = urls.ROLES,
    is_reverse: bool = False,
    are_neighbours: bool = False,
) -> Walk:
    """Everybody of Ćuprija (in reverse: of Novi Pazar) with ids of the other, at these addresses.

    Neighbours take part in one programme, whose staff and trainers are at home in both.
    """
    pages = [page for page in urls.OURS if any(address.route.startswith(page.route) for address in addresses)]
    with undone(), two_sides(list(dict.fromkeys([*pages, *addresses]))) as (first, second):
        ours, theirs = (second, first) if is_reverse else (first, second)
        if are_neighbours:
            world.become_neighbours(ours, theirs)
        filled = world.fill_texts(theirs)
        assert sum(1 for count in filled.values() if count) > 30, "the other municipality has no words"
        watch = Watch(theirs)
        assert watch.problems(world.tables()) == [], "something is shared from the beginning"
        strangers = tuple(role for role in roles if not (are_neighbours and role in ("staff", "trainer")))
        with recording():
            walk = Walk(ours, theirs, watch, strangers)
            walk.collect_forms(pages)
            walk.visit(addresses)
        assert watch.problems(world.tables()) == [], "a request was not taken back"
        gone = world.missing_files(theirs)
        assert not gone, f"files of the other municipality: {gone}"
    return walk


def judge(walk: Walk, addresses: list[urls.Address]) -> None:
    """Nothing went wrong, and the requests came far enough for that to mean something."""
    assert not walk.wrong, "\n".join(["", *walk.wrong.values()])
    missed = {address.name for address in addresses if takes_ids(walk, address)} - {
        address.name for address in addresses if address.route in walk.reached
    }
    assert missed - NOT_REACHED.keys() == set(), "no foreign id came to the code of these"
    assert walk.figures["reached a view"] >= 3 * sum(takes_ids(walk, address) for address in addresses), walk.figures


def takes_ids(walk: Walk, address: urls.Address) -> bool:
    """An object in the address besides the municipality, or a key that is read, by somebody to whom it is foreign."""
    assert address.permission is not None
    if address.permission.kind == "administrators":
        return False
    own, theirs = (side.names[address.route, "approver"] for side in (walk.ours, walk.theirs))
    in_workspace = address.route.startswith("m/<slug:municipality>/")
    objects = [at for at, name in enumerate(own) if name != theirs[at] and not (in_workspace and at == 0)]
    lists = ("query GET", "query POST", "body")
    return bool(objects) or any(walk.keys[f"{kind} {address.route}"] for kind in lists)


def test_nobody_reaches_rows_of_another_municipality_at_a_sample(db: None) -> None:
    addresses = urls.sampled(120)
    judge(walk_over(addresses), addresses)


@pytest.mark.slow
@pytest.mark.parametrize("part", range(CHUNKS))
def test_nobody_reaches_rows_of_another_municipality(db: None, part: int) -> None:
    addresses = urls.sampled(10)[part::CHUNKS]
    judge(walk_over(addresses, is_reverse=part % 2 == 1), addresses)


@pytest.mark.slow
def test_neighbours_in_one_programme_see_of_each_other_what_they_share(db: None) -> None:
    others = [one for one in urls.sampled(60) if one.permission and one.permission.kind in ("workspace", "signed_in")]
    addresses = [*GALLERY, *others]
    walk = walk_over(addresses, are_neighbours=True)
    judge(walk, addresses)
    assert walk.shared[foreign_shared.GALLERY], "the gallery shows nothing of the neighbour"


@pytest.mark.security_figures
@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("is_reverse", [False, True])
def test_nobody_reaches_rows_of_another_municipality_at_any_address(db: None, is_reverse: bool) -> None:
    walk = walk_over(urls.OURS, is_reverse=is_reverse)
    judge(walk, urls.OURS)
    assert walk.figures["forms checked"] > 1000
    read = {
        kind: sum(len(names) for name, names in walk.keys.items() if name.startswith(kind))
        for kind in ("query GET", "body")
    }
    security_figures.record(
        f"Foreign ids, {'Novi Pazar → Ćuprija' if is_reverse else 'Ćuprija → Novi Pazar'}",
        {
            "addresses": len(urls.OURS),
            "roles": len(urls.ROLES),
            "methods": len(METHODS),
            "keys read from query strings": read["query GET"],
            "fields read from forms": read["body"],
            "requests": walk.figures["requests"],
            "foreign ids sent": walk.figures["foreign ids"],
            "requests with foreign ids that reached a view": walk.figures["reached a view"],
            "forms with foreign ids that were checked": walk.figures["forms checked"],
            "requests that wrote": walk.figures["requests that wrote"],
            "foreign keys between tenant tables compared": world.crossing_keys(),
            "foreign rows shown or changed": len(walk.wrong),
        },
    )
    neighbours = walk_over(GALLERY, are_neighbours=True)
    judge(neighbours, GALLERY)
    unused = {one.reason for one in foreign_shared.SHARED} - (walk.shared.keys() | neighbours.shared.keys())
    assert not unused, f"nothing of this is shared any more: {unused}"


# ---- the walk would notice


def test_both_municipalities_have_the_same_objects_and_share_nothing_yet(db: None) -> None:
    with two_sides(urls.OURS) as (ours, theirs):
        for side in (ours, theirs):  # whichever of the two was made first
            assert Watch(side).problems(world.tables()) == []
        counts, others = world.rows_of(ours), world.rows_of(theirs)
        named = world.tables_with_id(theirs.first_id + 1)  # what is sent where nobody knows of which table it should be
    different = {table: (count, others[table]) for table, count in counts.items() if count != others[table]}
    assert different.keys() <= world.SHARED_KINDS, different
    assert sum(1 for count in counts.values() if count) > 80
    assert len(named) > 80


MISTAKES = {
    "read_by_path": "shows words of the other municipality: posts_post.title",
    "read_by_query": "shows words of the other municipality: posts_post.title",
    "read_by_slug": "shows words of the other municipality: posts_post.title",
    "read_into_header": "shows words of the other municipality: posts_media.name",
    "update_post": "posts_post: rows of the other municipality changed",
    "update_thread": "posts_thread: rows of the other municipality changed",
    "adds_to_them": "posts_folder: rows of the other municipality changed",
    "takes_by_form": "posts_thread: post_id leads to the other municipality",
    "takes_into_json": "posts_version: layout holds an id of the other municipality",
    "copies": "posts_folder: a row holds words of the other municipality",
}


def test_the_walk_sees_every_mistake_that_was_made_for_it(db: None, subtests: pytest.Subtests) -> None:
    with override_settings(ROOT_URLCONF=foreign_mistakes.__name__):
        every = urls._walk(get_resolver().url_patterns, "", ())
        addresses = [address for address in every if "/mistake/" in address.route]
        walk = walk_over(addresses, roles=("officer",))
    for name, problem in MISTAKES.items():
        with subtests.test(name):
            assert (name, problem) in walk.wrong, [what for where, what in walk.wrong if where == name]
    assert {name for name, _problem in walk.wrong} == MISTAKES.keys(), "the page without a mistake is blamed"
    crossing = "posts_thread: post_id leads from one municipality to another"
    assert ("takes_by_form", crossing) in walk.wrong


def test_a_walk_that_comes_to_no_view_fails(db: None) -> None:
    addresses = [address for address in urls.OURS if address.name == "post_decide"]
    walk = walk_over(addresses, roles=("approver", "stranger"))
    judge(walk, addresses)
    nobody_let_in = walk_over(addresses, roles=("stranger", "anonymous"))
    with pytest.raises(AssertionError, match="no foreign id came"):
        judge(nobody_let_in, addresses)
    walk.figures["reached a view"] = 1
    with pytest.raises(AssertionError, match="Counter"):
        judge(walk, addresses)
