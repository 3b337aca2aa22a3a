"""What people see of an invitation that stopped because its inviter lost the right, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from municipalities.domain import members, programme
from municipalities.models import Membership
from municipalities.queries import today
from tests.browsing import enter, is_sound
from tests.people import Cast, person

pytestmark = [pytest.mark.journey, pytest.mark.django_db(transaction=True)]


def test_the_link_and_the_lists_say_what_happened_and_what_to_do(
    page: Any, live_server: Any, cast: Cast, settings: Any
) -> None:
    settings.PUBLIC_BASE_URL = live_server.url
    second = person("second")
    membership = Membership.objects.create(user=second, municipality=cast.cuprija, role="approver")
    link = members.invite(cast.cuprija, email="new@test.example", role="approver", by=second, language="en")
    members.invite(cast.cuprija, email="other@test.example", role="officer", by=cast.approver)
    programme.invite_mentor("mentor2@test.example", cast.cuprija, today(), None, by=cast.staff)
    programme.invite_trainer(cast.programme, "trainer2@test.example", by=cast.staff)
    other = person("colleague")
    programme.add_staff(cast.programme, other, by=cast.administrator)
    members.end(membership, by=cast.approver)

    page.goto(link)
    expect(page.get_by_role("heading", name="This invitation no longer works")).to_be_visible()
    expect(page.get_by_text("Second, who invited you, may no longer give this right")).to_be_visible()
    is_sound(page)

    enter(page, live_server, cast.approver)
    page.goto(f"{live_server.url}/m/cuprija/members/")
    row = page.get_by_role("listitem").filter(has_text="new@test.example")
    expect(row).to_contain_text("Stopped: Second, who sent the invitation")
    is_sound(page)
    row.get_by_role("button", name="Remove").click()
    expect(row).to_have_count(0)
    expect(page.get_by_role("button", name="Revoke other@test.example")).to_be_visible()

    enter(page, live_server, cast.administrator)
    page.goto(f"{live_server.url}/installation/people/")
    page.get_by_role("button", name="End Staff, Swiss PRO").click()
    page.get_by_role("button", name="End it").click()
    expect(page.get_by_text("Staff is no longer in the staff of Swiss PRO.")).to_be_visible()
    expect(page.get_by_text("Stopped: Staff, who sent the invitation")).to_have_count(2)
    is_sound(page)

    enter(page, live_server, other)
    page.goto(f"{live_server.url}/programme/people/")
    expect(page.get_by_text("Stopped: Staff, who sent the invitation")).to_have_count(2)
    is_sound(page)
