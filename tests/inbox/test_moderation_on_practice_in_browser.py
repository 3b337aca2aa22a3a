"""From a citizen's threat to the public count: three people and a worker, the practice network in its own process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from channels.connector_factory import open_channel
from inbox.domain import house_rules, ingest
from inbox.models import Message
from municipalities.tenancy import scope
from tests.browsing import enter, is_sound
from tests.inbox.square import Square, practice, square

__all__ = ["practice", "square"]
pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]

THREAT, INSULT = "Чекам вас вечерас пред зградом", "Ви сте обична будала"
MODERATION = "/m/cuprija/inbox/moderation/"


@pytest.fixture
def someone(browser: Any) -> Iterator[Callable[[], Any]]:
    """A browser of one more person."""
    begun: list[Any] = []

    def begin() -> Any:
        begun.append(browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 900}))
        new_page = begun[-1].new_page()
        new_page.set_default_timeout(15_000)
        return new_page

    yield begin
    for context in begun:
        context.close()


def hide(page: Any, url: str, message: Message, reason: str, why: str) -> None:
    page.goto(f"{url}/m/cuprija/inbox/{message.pk}/")
    page.get_by_text("Hide this message…").click()
    expect(page.get_by_text("can be removed permanently after hiding")).to_be_visible()
    page.get_by_label(reason).check()
    page.get_by_label("What is wrong with it, in one sentence").fill(why)
    page.get_by_role("button", name="Keep a copy and go on").click()
    expect(page.get_by_text("The portal hides it on the network in a moment")).to_be_visible()


@pytest.mark.slow
def test_a_threat_goes_from_the_network_and_the_count_stays(
    page: Any, someone: Callable[[], Any], live_server: Any, square: Square, settings: Any
) -> None:
    settings.DEMO = True  # what is said on the practice network is counted in the demo alone
    page.set_default_timeout(15_000)
    author, stranger, approver, url = someone(), someone(), someone(), live_server.url
    where = f"{square.address}/@cuprija/{square.post.pk}"

    author.goto(f"{square.address}/door")
    author.get_by_label("A name of your own").fill("Љути суграђанин")
    author.get_by_role("button", name="Come in").click()
    for fragment in (THREAT, INSULT):
        author.goto(where)
        author.get_by_label("Your comment").fill(fragment)
        author.get_by_role("button", name="Comment", exact=True).click()
        expect(author.get_by_text(fragment)).to_be_visible()
    with scope(square.cast.cuprija):
        ingest.store_messages(square.channel, open_channel(square.channel).replies(str(square.post.pk)).items)
        threat, insult = Message.objects.order_by("pk")
        house_rules.save(
            square.cast.cuprija, house_rules.HouseRulesInput(is_on=True, contact="Писарница"), by=square.cast.approver
        )

    # the officer hides both; on the network only their author still sees them
    enter(page, live_server, square.cast.officer)
    hide(page, url, threat, "Threat or violence", "Прети начелнику.")
    hide(page, url, insult, "Insult or defamation", "Вређа.")
    is_sound(page)
    assert square.work() == 2
    stranger.goto(where)
    expect(stranger.get_by_text("No one has commented yet.")).to_be_visible()
    author.goto(where)
    expect(author.get_by_text("Only you and the page see it")).to_have_count(2)
    is_sound(author)

    # the insult was none: it is shown again
    page.reload()
    page.get_by_text("Show it again…").click()
    page.get_by_label("Why", exact=True).fill("То је критика.")
    page.get_by_role("button", name="Show it again", exact=True).click()
    expect(page.get_by_text("decided that it is shown again")).to_be_visible()
    assert square.work() == 1
    stranger.reload()
    expect(stranger.get_by_text(INSULT)).to_be_visible()
    expect(stranger.get_by_text(THREAT)).to_have_count(0)

    # the second person comes from Home
    enter(approver, live_server, square.cast.approver)
    approver.goto(f"{url}/m/cuprija/")
    is_sound(approver)
    approver.get_by_role("link", name="1 comment waits for a second person").click()
    approver.get_by_role("link", name="Hide: Threat or violence").click()
    approver.get_by_role("button", name="It was right").click()
    expect(approver.get_by_text("agreed, as the second person")).to_be_visible()

    # the officer asks for more; two agree; the portal deletes it there
    page.goto(f"{url}{MODERATION}?view=done")
    page.get_by_role("link", name="Hide: Threat or violence").click()
    page.get_by_text("Remove it permanently…").click()
    page.get_by_label("Why hiding is not enough").fill("Прети и другима.")
    is_sound(page)
    page.get_by_role("button", name="Keep a copy and ask a second person").click()
    expect(page.get_by_text("You proposed it, so another person decides.")).to_be_visible()
    approver.goto(f"{url}{MODERATION}?view=second")
    approver.get_by_role("link", name="Remove for good: Threat or violence").click()
    expect(approver.get_by_text("Sealed, and untouched since:")).to_be_visible()
    approver.get_by_role("button", name="Agree to remove it").click()
    expect(approver.get_by_text("About to be removed")).to_be_visible()
    assert square.work() == 1
    approver.reload()
    expect(approver.get_by_text("the portal removed it")).to_be_visible()
    is_sound(approver)
    author.goto(where)
    expect(author.get_by_text(INSULT)).to_be_visible()
    expect(author.get_by_text(THREAT)).to_have_count(0)

    # what everybody reads, and what the portal's log tells
    stranger.goto(f"{url}/rules/cuprija/en/")
    row = stranger.get_by_role("row", name="Threat or violence")
    expect(row.get_by_role("cell")).to_contain_text(["Threat or violence", "1", "1"])
    expect(stranger.get_by_text(THREAT)).to_have_count(0)
    approver.goto(f"{url}/m/cuprija/activity/")
    for fragment in ("was removed permanently, as agreed by two people", "was hidden, following a decision"):
        expect(approver.get_by_text(fragment).first).to_be_visible()
    expect(approver.get_by_text("is shown again").first).to_be_visible()
    expect(approver.get_by_text(THREAT)).to_have_count(0)
