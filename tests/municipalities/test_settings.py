"""A workspace's settings: profile, arms, house rules, pause, people, activity."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Invitation, User
from common import audit
from common.errors import ActionNotAllowed
from common.models import AuditEvent
from municipalities.arms import LARGEST_PIXELS
from municipalities.domain import members
from municipalities.models import Membership, Municipality, Pause
from municipalities.tenancy import scope
from tests.people import Cast, person, sign_in

PROFILE = {"colour": "#1f5a8f", "website": "https://cuprija.rs", "office_hours": "07:00–15:00"}
RULES = {
    "approval": "one",
    "emergency_review_hours": "24",
    "primary_script": "Latn",
    "move_window_hours": "12",
    "not_after_minutes": "60",
}


def picture(size: tuple[int, int] = (900, 1200), kind: str = "PNG", **options: Any) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", size, "#c8102e").save(out, kind, **options)
    return SimpleUploadedFile("arms.png", out.getvalue(), "image/png")


def events(verb: str) -> list[dict[str, Any]]:
    return list(AuditEvent.objects.filter(verb=verb).order_by("id").values_list("detail", flat=True))


# ---- profile


def test_an_approver_changes_the_profile_and_only_what_changed_is_told(cast: Cast) -> None:
    client = sign_in(cast.approver)
    assert client.post("/m/cuprija/settings/profile/", PROFILE).status_code == 302
    row = Municipality.objects.get(slug="cuprija")
    assert (row.colour, row.website, row.office_hours) == ("#1f5a8f", "https://cuprija.rs", "07:00–15:00")
    client.post("/m/cuprija/settings/profile/", {**PROFILE, "office_hours": "08:00–16:00"})
    client.post("/m/cuprija/settings/profile/", {**PROFILE, "office_hours": "08:00–16:00"})
    assert [detail["changed"] for detail in events("municipality.edit_profile")] == [
        ["colour", "website", "office_hours"],
        ["office_hours"],
    ]


def test_an_officer_reads_the_settings_and_cannot_change_them(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert "<form" not in client.get("/m/cuprija/settings/").text.split("<main")[1].split("</main")[0]
    assert 'action="/m/cuprija/settings/rules/save/"' not in client.get("/m/cuprija/settings/rules/").text
    assert client.post("/m/cuprija/settings/profile/", PROFILE).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [("colour", "red"), ("colour", "#12345g"), ("website", "javascript:alert(1)"), ("website", "x y")],
)
def test_a_bad_profile_is_refused_beside_its_field(cast: Cast, field: str, value: str) -> None:
    page = sign_in(cast.approver).post("/m/cuprija/settings/profile/", {**PROFILE, field: value})
    assert page.status_code == 422
    assert f'id="id_{field}_error"' in page.text


def test_arms_become_a_small_picture_without_metadata_that_everybody_can_see(cast: Cast) -> None:
    exif = Image.Exif()
    exif[0x9286] = "taken at home"
    upload = picture(kind="JPEG", exif=exif)
    sign_in(cast.approver).post("/m/cuprija/settings/profile/", {**PROFILE, "arms": upload})
    row = Municipality.objects.get(slug="cuprija")
    answer = Client().get(row.arms.url)
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    stored = Image.open(io.BytesIO(body))
    assert (answer.status_code, answer.headers["Content-Type"]) == (200, "image/png")
    assert stored.size == (192, 256)
    assert not stored.getexif()
    assert b"taken at home" not in body
    assert f'src="{row.arms.url}"' in sign_in(cast.officer).get("/m/cuprija/settings/").text


def test_arms_can_be_taken_away_again(cast: Cast) -> None:
    client = sign_in(cast.approver)
    client.post("/m/cuprija/settings/profile/", {**PROFILE, "arms": picture()})
    client.post("/m/cuprija/settings/profile/", {**PROFILE, "remove_arms": "on"})
    assert not Municipality.objects.get(slug="cuprija").arms


@pytest.mark.parametrize(
    "upload",
    [
        lambda: SimpleUploadedFile(
            "a.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script>x()</script></svg>", "image/png"
        ),
        lambda: SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 40, "image/png"),
        lambda: SimpleUploadedFile("a.png", b"<html>", "image/png"),
        lambda: SimpleUploadedFile("a.png", b"\0" * (5 * 1024 * 1024 + 1), "image/png"),
        lambda: picture((6000, LARGEST_PIXELS // 6000 + 1), compress_level=1),
        lambda: picture(kind="GIF"),
    ],
    ids=["svg", "broken", "html", "large", "bomb", "gif"],
)
def test_what_is_no_picture_is_refused(cast: Cast, upload: Callable[[], SimpleUploadedFile]) -> None:
    page = sign_in(cast.approver).post("/m/cuprija/settings/profile/", {**PROFILE, "arms": upload()})
    assert page.status_code == 422
    assert not Municipality.objects.get(slug="cuprija").arms


@pytest.mark.parametrize("name", ["no-such.png", "..", "..%2f..%2fsecret", "%2e%2e%2fx"])
def test_arms_that_are_not_there_are_not_found(db: None, name: str) -> None:
    assert Client().get(f"/arms/{name}").status_code == 404


# ---- house rules


def test_house_rules_change_and_are_told(cast: Cast) -> None:
    assert sign_in(cast.approver).post("/m/cuprija/settings/rules/save/", RULES).status_code == 302
    row = Municipality.objects.get(slug="cuprija")
    assert (row.primary_script, row.move_window_hours, row.not_after_minutes) == ("Latn", 12, 60)
    assert events("municipality.edit_rules")[0]["changed"] == [
        "primary_script",
        "move_window_hours",
        "not_after_minutes",
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("move_window_hours", "-1"),
        ("move_window_hours", "99999"),
        ("not_after_minutes", "0"),
        ("primary_script", "Grek"),
    ],
)
def test_impossible_house_rules_are_refused_and_what_holds_stays(cast: Cast, field: str, value: str) -> None:
    page = sign_in(cast.approver).post("/m/cuprija/settings/rules/save/", {**RULES, field: value})
    assert page.status_code == 422
    assert Municipality.objects.get(slug="cuprija").primary_script == "Cyrl"


# ---- pause


def test_a_pause_stands_on_every_page_until_somebody_resumes(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert client.post("/m/cuprija/pause/", {"reason": "Day of mourning"}).status_code == 302
    for path in ("/m/cuprija/", "/m/cuprija/posts/", "/m/cuprija/settings/"):
        page = client.get(path).text
        assert "Officer paused all publishing" in page
        assert "Day of mourning" in page
    viewer = sign_in(cast.viewer).get("/m/cuprija/").text
    assert "Day of mourning" in viewer
    assert "/m/cuprija/resume/" not in viewer
    assert "Day of mourning" not in sign_in(cast.stranger).get("/m/novi-pazar/").text
    client.post("/m/cuprija/resume/")
    assert "Day of mourning" not in client.get("/m/cuprija/posts/").text
    assert (len(events("municipality.pause")), len(events("municipality.resume"))) == (1, 1)


def test_a_second_pause_changes_nothing_and_a_second_resume_neither(cast: Cast) -> None:
    client = sign_in(cast.officer)
    for reason in ("first", "second"):
        client.post("/m/cuprija/pause/", {"reason": reason})
    with scope(cast.cuprija):
        assert [pause.reason for pause in Pause.objects.all()] == ["first"]
    for _time in range(2):
        client.post("/m/cuprija/resume/")
    assert len(events("municipality.resume")) == 1


def test_pausing_is_in_the_settings_and_in_the_side_bar_of_who_may(cast: Cast) -> None:
    """It was at the bottom of the profile, below the coat of arms, and somebody gave up after 22 steps."""
    pause = 'href="/m/cuprija/pause/"'
    for user in (cast.officer, cast.approver):
        client = sign_in(user)
        assert pause in client.get("/m/cuprija/settings/").text.split("<main")[1].split("</nav>")[0]
        for page in ("/m/cuprija/calendar/", "/m/cuprija/"):
            assert pause in client.get(page).text.split("<main")[0]
    viewer = sign_in(cast.viewer)
    assert pause not in viewer.get("/m/cuprija/calendar/").text + viewer.get("/m/cuprija/").text


def test_the_page_of_the_pause_offers_to_go_on_while_it_runs(cast: Cast) -> None:
    client = sign_in(cast.officer)
    assert 'name="reason"' in client.get("/m/cuprija/pause/").text
    client.post("/m/cuprija/pause/", {"reason": "Day of mourning"})
    page = client.get("/m/cuprija/pause/").text.split("page-header")[1]
    assert 'action="/m/cuprija/resume/"' in page
    assert 'name="reason"' not in page
    resumed = client.post("/m/cuprija/resume/", follow=True).text
    assert "If something came due in the pause, it was not sent and waits for your decision." in resumed


def test_a_pause_needs_a_reason(cast: Cast) -> None:
    assert sign_in(cast.officer).post("/m/cuprija/pause/", {"reason": " "}).status_code == 422


# ---- people


def test_an_approver_invites_somebody_as_a_member(cast: Cast) -> None:
    client = sign_in(cast.approver)
    answers = {"email": "New@Test.example", "name": "New", "language": "sr", "role": "officer"}
    assert client.post("/m/cuprija/members/invite/", answers).status_code == 302
    assert "new@test.example" in client.get("/m/cuprija/members/").text
    assert "new@test.example" not in sign_in(cast.officer).get("/m/cuprija/members/").text
    again = client.post("/m/cuprija/members/invite/", {**answers, "email": cast.officer.email})
    assert (again.status_code, "holds that role here already" in again.text) == (422, True)


def test_an_invitation_of_another_municipality_cannot_be_revoked(cast: Cast) -> None:
    members.invite(cast.novi_pazar, email="x@test.example", role="viewer", by=cast.stranger)
    row = Invitation.objects.get()
    assert sign_in(cast.approver).post(f"/m/cuprija/members/invitations/{row.pk}/revoke/").status_code == 404
    assert sign_in(cast.administrator).post(f"/m/novi-pazar/members/invitations/{row.pk}/revoke/").status_code == 302
    row.refresh_from_db()
    assert row.revoked_at is not None


def test_a_role_changes_and_a_membership_ends(cast: Cast) -> None:
    client = sign_in(cast.approver)
    row = Membership.objects.get(user=cast.viewer)
    assert client.post(f"/m/cuprija/members/{row.pk}/", {"role": "officer"}).status_code == 302
    row.refresh_from_db()
    assert row.role == "officer"
    assert client.post(f"/m/cuprija/members/{row.pk}/end/").status_code == 302
    assert sign_in(cast.viewer).get("/m/cuprija/").status_code == 404
    assert client.post(f"/m/cuprija/members/{row.pk}/end/").status_code == 404, "it has ended already"
    assert [len(events(verb)) for verb in ("member.change_role", "member.end")] == [1, 1]


def test_a_role_that_the_person_holds_already_is_refused(cast: Cast) -> None:
    members.join(cast.viewer, cast.cuprija, "officer", by=cast.approver)
    row = Membership.objects.get(user=cast.viewer, role="viewer")
    with pytest.raises(ActionNotAllowed):
        members.change_role(row, "officer", by=cast.approver)


def test_a_member_of_another_municipality_is_not_there(cast: Cast) -> None:
    row = Membership.objects.get(user=cast.stranger)
    client = sign_in(cast.approver)
    assert client.get(f"/m/cuprija/members/{row.pk}/").status_code == 404
    assert client.post(f"/m/cuprija/members/{row.pk}/end/").status_code == 404


def test_the_last_approver_is_warned_and_who_ends_their_own_membership_lands_at_home(cast: Cast) -> None:
    client = sign_in(cast.approver)
    row = Membership.objects.get(user=cast.approver)
    page = client.get(f"/m/cuprija/members/{row.pk}/").text
    assert "The only person in this role" in page
    assert "This is you" in page
    assert client.post(f"/m/cuprija/members/{row.pk}/end/").headers["Location"] == "/"
    assert "No one here may approve posts" in sign_in(cast.officer).get("/m/cuprija/members/").text


# ---- activity


def test_activity_tells_in_sentences_who_did_what(cast: Cast) -> None:
    client = sign_in(cast.approver)
    client.post("/m/cuprija/settings/rules/save/", RULES)
    client.post("/m/cuprija/pause/", {"reason": "Day of mourning"})
    members.join(cast.viewer, cast.novi_pazar, "viewer", by=cast.stranger)
    page = client.get("/m/cuprija/activity/").text
    assert "Paused all publishing: Day of mourning" in page
    assert "Changed the house rules: primary script, hours a post may move and stay approved" in page
    assert "Viewer joined" not in page


def test_activity_is_narrowed_by_kind_and_by_person(cast: Cast) -> None:
    sign_in(cast.approver).post("/m/cuprija/settings/rules/save/", RULES)
    members.join(cast.stranger, cast.cuprija, "viewer", by=cast.administrator)
    client = sign_in(cast.officer)

    def shown(query: str) -> tuple[bool, bool]:
        text = client.get(f"/m/cuprija/activity/?{query}").text
        return "Changed the house rules" in text, "Stranger joined" in text

    assert shown("area=settings") == (True, False)
    assert shown("area=people") == (False, True)
    assert shown(f"person={cast.administrator.pk}") == (False, True)
    assert shown("area=nonsense&person=x&page=99") == (True, True)
    assert shown(f"area=channels&person={cast.administrator.pk}") == (False, False)


# ---- the number of queries does not grow


@pytest.mark.parametrize("path", ["settings/", "settings/rules/", "members/", "activity/", "pause/", "members/invite/"])
def test_pages_ask_a_fixed_number_of_queries(
    cast: Cast, path: str, django_assert_max_num_queries: Any, django_assert_num_queries: Any
) -> None:
    client = sign_in(cast.approver)
    members.invite(cast.cuprija, email="first@test.example", role="viewer", by=cast.approver)
    client.get(f"/m/cuprija/{path}")
    with django_assert_max_num_queries(12) as few:
        client.get(f"/m/cuprija/{path}")
    for number in range(30):
        user = person(f"member{number}")
        members.join(user, cast.cuprija, "viewer", by=cast.approver)
        members.invite(cast.cuprija, email=f"i{number}@test.example", role="viewer", by=user)
        audit.record("member.end", by=user, municipality_id=cast.cuprija.pk, person="x", role="viewer")
    with django_assert_num_queries(len(few.captured_queries)):
        assert client.get(f"/m/cuprija/{path}").status_code == 200
    assert User.objects.count() > 30


def test_the_list_says_when_an_invitation_stopped_with_its_inviter(cast: Cast) -> None:
    """It stays in the list until somebody removes it or invites again, so that nobody waits for the new colleague."""
    second = person("second")
    membership = Membership.objects.create(user=second, municipality=cast.cuprija, role="approver")
    members.invite(cast.cuprija, email="new@test.example", role="officer", by=second)
    members.end(membership, by=cast.approver)
    client = sign_in(cast.approver)
    page = client.get("/m/cuprija/members/").text
    assert "Stopped: Second, who sent the invitation, may no longer give this right" in page
    assert "works until" not in page
    assert "Stopped" in sign_in(cast.administrator).get("/installation/people/").text
    row = Invitation.objects.get()
    client.post(f"/m/cuprija/members/invitations/{row.pk}/revoke/")
    assert "new@test.example" not in client.get("/m/cuprija/members/").text
    assert Invitation.objects.get().state() == "revoked"


def test_inviting_again_replaces_what_stopped(cast: Cast) -> None:
    second = person("second")
    membership = Membership.objects.create(user=second, municipality=cast.cuprija, role="approver")
    members.invite(cast.cuprija, email="new@test.example", role="officer", by=second)
    members.end(membership, by=cast.approver)
    members.invite(cast.cuprija, email="new@test.example", role="officer", by=cast.approver)
    assert [row.state() for row in Invitation.objects.order_by("pk")] == ["revoked", "waiting"]
