"""The composer without a connection: what is written and taken is kept on the device and reaches the server later."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st
from playwright.sync_api import expect

from django.urls import reverse

from municipalities.models import Membership
from municipalities.tenancy import scope
from posts.draft import parse
from posts.editing.domain.submit import submit
from posts.models import Media, Post
from tests.browsing import PHONE, enter, violations
from tests.people import Cast
from tests.posts.desk import Desk, opened, picture_bytes

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

# A page that says nothing for so long says nothing at all.
SECONDS = 20
# The pages of this person that the worker keeps.
KEPT = """async () => {
  const names = (await caches.keys()).filter((name) => name.startsWith("dobosar-pages-"));
  const pages = await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys())));
  return pages.flat().map(({ url }) => new URL(url).pathname).sort();
}"""
# Pages that were kept for another person do not count, because the worker deletes them.
UNTIL_KEPT = """(path) => new Promise((resolve) => {
  const name = "dobosar-pages-" + document.querySelector("meta[name=person]").content;
  const look = async () => {
    const names = (await caches.keys()).filter((each) => each.startsWith("dobosar-pages-"));
    const isKept = names.length === 1 && names[0] === name && (await (await caches.open(name)).match(path));
    return isKept ? resolve() : setTimeout(look, 50);
  };
  look();
})"""


@pytest.fixture
def desk(cast: Cast) -> Desk:
    with scope(cast.cuprija):
        return opened(cast)


@pytest.fixture
def at(live_server: Any) -> Any:
    def address(name: str, *args: Any) -> str:
        return live_server.url + reverse(name, args=["cuprija", *args])

    return address


@pytest.fixture(scope="module")
def telephone(browser: Any) -> Iterator[Any]:
    """One telephone for all tests: the worker and its files are installed once."""
    context = browser.new_context(
        locale="en-GB", timezone_id="Europe/Belgrade", viewport=PHONE, reduced_motion="reduce", service_workers="allow"
    )
    yield context
    context.close()


@pytest.fixture
def device(telephone: Any, live_server: Any, desk: Desk, at: Any) -> Iterator[Any]:
    """A page of the telephone on which the officer has opened the calendar, so that it works offline."""
    page = telephone.new_page()
    page.set_default_timeout(SECONDS * 1000)
    enter(page, live_server, desk.cast.officer)
    page.goto(at("calendar"))
    for path in ("/offline/", "/m/cuprija/posts/new/", "/m/cuprija/posts/today/"):
        page.evaluate(UNTIL_KEPT, path)
    yield page
    telephone.set_offline(False)
    page.close()
    # What is kept for the officer goes when the next one comes. The shell stays.
    storage = {"origin": live_server.url, "storageTypes": "cookies,local_storage,indexeddb"}
    empty = telephone.new_page()
    session = telephone.new_cdp_session(empty)
    session.send("ServiceWorker.enable")
    session.send("ServiceWorker.stopAllWorkers")  # which may still fetch pages of a person who is gone
    session.send("Storage.clearDataForOrigin", storage)
    empty.close()


def texts(desk: Desk) -> list[str]:
    with scope(desk.municipality):
        return sorted(parse(post.draft).texts["sr-Cyrl"].text for post in Post.objects.all())


def until(page: Any, expression: str) -> None:
    """The policy of the page allows no `wait_for_function`."""
    for _ in range(SECONDS * 20):
        if page.evaluate(expression):
            return
        page.wait_for_timeout(50)
    raise AssertionError(expression)


def state(page: Any, words: str) -> None:
    page.locator("#connection", has_text=words).wait_for()


def test_drafts_that_are_begun_without_a_connection_arrive_when_it_is_back(device: Any, desk: Desk, at: Any) -> None:
    device.context.set_offline(True)
    device.goto(at("inbox"))
    device.get_by_role("heading", name="There is no connection to the portal").wait_for()
    assert violations(device) == []
    for text in ("Прва", "Друга"):
        device.goto(at("post_new"))
        device.fill("#text-sr-Cyrl", text)
        device.locator("#save-state", has_text="kept in this browser").wait_for()
    state(device, "Drafts that wait to be sent: 2")
    assert violations(device) == []
    device.reload()
    expect(device.locator("#text-sr-Cyrl")).to_have_value("Друга")
    device.goto(at("calendar"))
    device.get_by_role("link", name="Прва").wait_for()
    device.get_by_role("link", name="Прва").click()
    device.fill("#text-sr-Cyrl", "Прва и још нешто")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    device.goto(at("posts_today"))
    device.context.set_offline(False)
    state(device, "Sent: the portal has everything")
    assert texts(desk) == ["Друга", "Прва и још нешто"]


@pytest.mark.slow
def test_what_a_button_brought_along_is_not_said_to_wait(device: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        draft = desk.write("Почетак")
    names = "Object.keys(localStorage).filter((name) => name.startsWith('dobosar:post:'))"
    for address in (at("post_edit", draft.pk), at("post_new")):
        device.goto(address)
        device.fill("#text-sr-Cyrl", "Шалтери раде до 19 часова.")
        # Between two saves: the copy of this device is there, the server has not heard of it.
        until(device, f"{names}.some((name) => JSON.parse(localStorage[name]).waits)")
        with device.expect_response(lambda answer: answer.url.endswith("/save/")) as again:
            device.get_by_role("button", name="Submit for approval").click()
        assert again.value.status == 200
        device.get_by_text("Submitted. Who decides next").wait_for()
        until(device, f"{names}.every((name) => !JSON.parse(localStorage[name]).waits)")
        assert not device.locator("#connection", has_text="needs you").count()
    assert texts(desk) == ["Шалтери раде до 19 часова."] * 2
    with scope(desk.municipality):
        assert {post.stage for post in Post.objects.all()} == {"submitted"}


@pytest.mark.slow
def test_a_draft_is_written_on_as_it_was_last_saved_here(device: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    device.goto(at("post_edit", post.pk))
    device.fill("#text-sr-Cyrl", "Почетак, настављено")
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    device.context.set_offline(True)
    device.goto(at("post_edit", post.pk))
    expect(device.locator("#text-sr-Cyrl")).to_have_value("Почетак, настављено")
    shown = "getComputedStyle(document.getElementById('composer')).visibility"
    assert device.evaluate(shown) == "visible"
    # Before the kept draft is there, the page is that of the first visit: nobody types into it.
    without_script = f"document.getElementById('composer').classList.remove('has-script'), {shown}"
    assert device.evaluate(without_script) == "hidden"
    device.evaluate("document.getElementById('composer').classList.add('has-script')")
    device.fill("#text-sr-Cyrl", "Почетак, настављено без везе")
    state(device, "your changes are kept on this device")
    device.context.set_offline(False)
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    assert texts(desk) == ["Почетак, настављено без везе"]


@pytest.mark.slow
def test_pictures_wait_with_their_descriptions_on_the_open_page_and_after_it(
    device: Any, desk: Desk, at: Any, tmp_path: Path
) -> None:
    picture = tmp_path / "fontana.jpg"
    picture.write_bytes(picture_bytes())

    def take() -> None:
        device.goto(at("post_new"))
        device.context.set_offline(True)
        device.set_input_files("#files", str(picture))
        device.locator(".picture[data-waiting] textarea").fill("Деца око фонтане")

    take()
    device.context.set_offline(False)
    device.locator(".picture[data-picture] textarea").wait_for()
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    take()
    device.fill("#text-sr-Cyrl", "Фонтана ради")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    assert violations(device) == []
    device.goto(at("calendar"))
    device.get_by_role("link", name="Фонтана ради").click()
    expect(device.locator(".picture[data-waiting] textarea")).to_have_value("Деца око фонтане")
    device.goto(at("posts_today"))
    device.context.set_offline(False)
    state(device, "Sent: the portal has everything")
    with scope(desk.municipality):
        shown = [one for post in Post.objects.order_by("pk") for one in parse(post.draft).media]
        assert [one.alt for one in shown] == ["Деца око фонтане"] * 2
        assert {one.id for one in shown} == {Media.objects.get().pk}


def test_what_somebody_else_wrote_meanwhile_is_a_conflict(device: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    device.goto(at("post_edit", post.pk))
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Моје")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    with scope(desk.municipality):
        desk.change(desk.reload(post), desk.draft("Туђе"))
    device.goto(at("posts_today"))
    device.context.set_offline(False)
    state(device, "could not be saved and needs you")
    device.locator("#connection a", has_text="Моје").click()
    device.locator("#conflict[open]", has_text="Туђе").wait_for()
    assert texts(desk) == ["Туђе"]
    device.locator("#conflict [data-keep]").click()
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    assert texts(desk) == ["Моје"]


EVERYTHING = f"""async () => [
  ...await ({KEPT})(),
  ...Object.keys(localStorage).filter((name) => name.startsWith("dobosar:")),
  ...(await indexedDB.databases()).map(({{ name }}) => name),
]"""


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Menu").click()
    page.locator("#rail summary").last.click()
    page.get_by_role("button", name="Sign out").click()


@pytest.mark.slow
def test_signing_out_empties_the_device_and_keeps_the_theme(device: Any, desk: Desk, at: Any) -> None:
    device.evaluate("document.cookie = 'theme=dark; Path=/'")
    with scope(desk.municipality):
        post = desk.write("Почетак")
    device.goto(at("post_edit", post.pk))
    device.fill("#text-sr-Cyrl", "Почетак, настављено")
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    device.goto(at("calendar"))
    assert device.evaluate(EVERYTHING) != []
    sign_out(device)
    device.wait_for_url("**/accounts/login/**")
    assert device.evaluate(EVERYTHING) == []
    assert device.evaluate("document.cookie").count("theme=dark") == 1


@pytest.mark.slow
def test_nobody_signs_out_of_unsent_words_without_being_asked(device: Any, desk: Desk, at: Any) -> None:
    device.goto(at("post_new"))
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Не губи ме")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    device.goto(at("posts_today"))
    sign_out(device)
    device.get_by_text("you cannot sign out now").wait_for()
    device.route("**/posts/new/save/", lambda route: route.abort())
    device.context.set_offline(False)
    device.get_by_role("button", name="Sign out").click()
    device.get_by_text("If you sign out now, it is deleted").wait_for()
    assert violations(device) == []
    device.get_by_role("button", name="No, go back").click()
    device.unroute("**/posts/new/save/")
    device.reload()
    state(device, "Sent: the portal has everything")
    assert texts(desk) == ["Не губи ме"]


@pytest.mark.slow
def test_another_person_on_the_device_sees_nothing_and_what_waits_stays_for_the_first(
    device: Any, live_server: Any, desk: Desk, at: Any
) -> None:
    device.goto(at("post_new"))
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Моје речи")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    device.goto(at("posts_today"))
    device.context.clear_cookies()
    device.context.set_offline(False)
    enter(device, live_server, desk.cast.approver)
    device.goto(at("calendar"))
    device.evaluate(UNTIL_KEPT, "/offline/")
    assert device.locator("#connection").is_hidden()
    device.context.set_offline(True)
    device.goto(at("inbox"))
    device.get_by_role("heading", name="There is no connection to the portal").wait_for()
    assert "Моје речи" not in device.content()
    device.context.set_offline(False)
    device.goto(at("calendar"))
    sign_out(device)
    device.wait_for_url("**/accounts/login/**")
    enter(device, live_server, desk.cast.officer)
    device.goto(at("calendar"))
    state(device, "Sent: the portal has everything")
    assert texts(desk) == ["Моје речи"]


def test_a_device_without_room_says_so_and_works_with_a_connection(device: Any, desk: Desk, at: Any) -> None:
    device.goto(at("post_new"))
    device.evaluate("() => { Storage.prototype.setItem = () => { throw new DOMException('', 'QuotaExceededError') } }")
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Без места")
    device.locator("#save-state", has_text="has no room to keep your text").wait_for()
    device.context.set_offline(False)
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    assert texts(desk) == ["Без места"]


@pytest.mark.slow
def test_a_save_whose_answer_is_lost_is_no_conflict_with_oneself(device: Any, desk: Desk, at: Any) -> None:
    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    device.goto(at("post_new"))
    device.route("**/posts/new/save/", lose)
    device.fill("#text-sr-Cyrl", "Стигло, а нико не зна")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    device.unroute("**/posts/new/save/")
    device.fill("#text-sr-Cyrl", "Стигло, а нико не зна. Још речи")
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    assert device.locator("dialog#conflict[open]").count() == 0
    assert texts(desk) == ["Стигло, а нико не зна. Још речи"]


@pytest.mark.slow
def test_words_for_a_post_that_is_no_longer_a_draft_begin_another_one(device: Any, desk: Desk, at: Any) -> None:
    with scope(desk.municipality):
        post = desk.write("Почетак")
    device.goto(at("post_edit", post.pk))
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Касне речи")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    with scope(desk.municipality):
        submit(desk.reload(post), by=desk.cast.officer)
    device.goto(at("posts_today"))
    device.context.set_offline(False)
    state(device, "could not be saved and needs you")
    device.locator("#connection a", has_text="Касне речи").click()
    device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
    assert texts(desk) == ["Касне речи", "Почетак"]


@pytest.mark.slow
def test_somebody_who_may_no_longer_write_is_told_so_and_keeps_the_words(device: Any, desk: Desk, at: Any) -> None:
    device.goto(at("post_new"))
    device.context.set_offline(True)
    device.fill("#text-sr-Cyrl", "Последње речи")
    device.locator("#save-state", has_text="kept in this browser").wait_for()
    Membership.objects.filter(user=desk.cast.officer).update(role="viewer")
    device.goto(at("posts_today"))
    device.context.set_offline(False)
    state(device, "you may no longer write here")
    assert texts(desk) == []


# ---- random schedules of cut and return

WORD = st.sampled_from(["вода", "сутра", "трг", "мост", "школа", "парк", "пут", "сат"])
STEP = st.one_of(
    WORD,
    WORD,
    st.sampled_from(["cut", "return", "reload"]),
    st.integers(min_value=0, max_value=450),  # milliseconds of waiting: saves begin after 300
)


@pytest.mark.parametrize(
    "schedules",
    [pytest.param(6, marks=pytest.mark.slow), pytest.param(1000, marks=pytest.mark.long)],
)
def test_no_word_is_lost_however_often_the_connection_is_cut(device: Any, desk: Desk, at: Any, schedules: int) -> None:
    """Words are typed while the connection comes and goes, and the page is loaded anew without it. Once it is back each
    schedule has made one draft, which has every word in its order. At the end the page is open, or another one is."""
    made = 0

    @example(
        steps=[151, "cut", "вода", 450, "парк", "return", 58, "cut", 362, "reload", "reload", "reload"], leaves=True
    )
    @settings(max_examples=schedules, deadline=None, database=None, phases=[Phase.explicit, Phase.generate])
    @given(steps=st.lists(STEP, min_size=3, max_size=12), leaves=st.booleans())
    def run(steps: list[str | int], leaves: bool) -> None:
        nonlocal made
        device.context.set_offline(False)
        device.goto(at("post_new"))
        device.locator("#composer.has-script").wait_for()
        area = device.locator("#text-sr-Cyrl")
        typed = ""
        is_cut = False
        for step in steps:
            if isinstance(step, int):
                device.wait_for_timeout(step)
            elif step in ("cut", "return"):
                is_cut = step == "cut"
                device.context.set_offline(is_cut)
            elif step == "reload":
                # With a connection a browser asks first, or the page saves as it is left.
                if is_cut and typed:
                    device.locator(SETTLED).wait_for()
                    device.reload()
                    device.locator("#composer.has-script").wait_for()
                    assert area.input_value() == typed
            else:
                typed += f"{step} "
                area.evaluate(TYPE, f"{step} ")
        if not typed:
            return
        made += 1
        if leaves and is_cut:
            device.locator(SETTLED).wait_for()
            device.goto(at("posts_today"))
        device.context.set_offline(False)
        if leaves and is_cut:
            device.evaluate(UNTIL_SENT)
        else:
            device.locator("#save-state[data-state=saved]", has_text="Saved at").wait_for()
        with scope(desk.municipality):
            assert Post.objects.count() == made
            assert parse(Post.objects.latest("pk").draft).texts["sr-Cyrl"].text.split() == typed.split()

    run()
    print(f"{schedules} schedules, {made} drafts")


# What is typed is saved, or the page has said that it cannot be.
SETTLED = "#save-state:is([data-state=saved], [data-state=problem])"
UNTIL_SENT = """() => new Promise((resolve) => {
  const waits = ([name, draft]) => name.startsWith("dobosar:post:") && JSON.parse(draft).waits;
  const look = () => (Object.entries(localStorage).some(waits) ? setTimeout(look, 50) : resolve());
  look();
})"""
TYPE = """(area, text) => {
  area.setRangeText(text, area.value.length, area.value.length, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true }));
}"""
