"""The pages that `make bench` times, on the data of `benchmarks.seed`."""

from django.urls import reverse

from accounts.models import User
from benchmarks import seed
from kits.models import Kit
from municipalities.tenancy import everywhere
from planning.models import Campaign
from posts.enums import Stage
from posts.models import Media, Post, Thread


def by_person(people: seed.People) -> list[tuple[User, dict[str, str]]]:
    """Each person with their pages: name to path. Makes one post of the measured municipality a draft."""
    return [(people.officer, _officers()), (people.staff, _staffs()), (people.mentor, _mentors())]


def _officers() -> dict[str, str]:
    """What an officer opens, by name."""
    slug = seed.HOME
    with everywhere("choose the rows to measure"):
        post, draft = Post.objects.filter(municipality__slug=slug).order_by("pk")[10:12]
        Post.objects.filter(pk=draft.pk).update(stage=Stage.DRAFT)
        talked = Thread.objects.filter(municipality__slug=slug).order_by("pk")[0].post_id
        campaign = Campaign.objects.filter(municipality__slug=slug).order_by("pk")[0].pk
        picture = Media.objects.filter(municipality__slug=slug).order_by("pk")[0].pk
    kit = Kit.objects.order_by("pk")[0].pk
    return {
        "Home": reverse("workspace", args=[slug]),
        "Calendar, month": reverse("calendar", args=[slug]),
        "Posts": reverse("posts", args=[slug]),
        "Posts, search": reverse("posts", args=[slug]) + "?q=gradjane",
        "Composer": reverse("post_edit", args=[slug, draft.pk]),
        "Review": reverse("post", args=[slug, post.pk]),
        "Review, 25 conversations": reverse("post", args=[slug, talked]),
        "Versions compared": reverse("post_versions", args=[slug, talked]),
        "Library, templates": reverse("library", args=[slug]),
        "Library, snippets": reverse("library_snippets", args=[slug]),
        "Library, pictures": reverse("library_pictures", args=[slug]),
        "Library, picture": reverse("library_picture", args=[slug, picture]),
        "Campaigns": reverse("campaigns", args=[slug]),
        "Campaign": reverse("campaign", args=[slug, campaign]),
        "Usual times": reverse("slots", args=[slug]),
        "Repeating posts": reverse("recurrences", args=[slug]),
        "Kits": reverse("kits", args=[slug]),
        "Kit": reverse("kit", args=[slug, kit]),
        "Channels": reverse("channels", args=[slug]),
        "Short links": reverse("posts_links", args=[slug]),
        "Progress by the rubric": reverse("progress", args=[slug]),
        "Notifications": reverse("notifications"),
        "Inbox": reverse("inbox", args=[slug]),
        "Analytics, 90 days": reverse("analytics", args=[slug]) + "?days=90",
    }


def _staffs() -> dict[str, str]:
    """What an approver and the programme's staff open."""
    kit = Kit.objects.order_by("pk")[0].pk
    return {
        "Approver's Home": reverse("workspace", args=[seed.HOME]),
        "Activity": reverse("activity", args=[seed.HOME]),
        "Programme at a glance": reverse("programme_overview"),
        "Municipalities compared": reverse("programme") + "?days=90",
        "Feedback in the programme": reverse("programme_feedback"),
        "Programme's kits": reverse("programme_kits"),
        "Programme's kit": reverse("programme_kit", args=[kit]),
    }


def _mentors() -> dict[str, str]:
    slug = seed.HOME
    with everywhere("choose the rows to measure"):
        talked = Thread.objects.filter(municipality__slug=slug).order_by("pk")[0].post_id
    return {
        "Mentor's desk": reverse("desk"),
        "Mentor's desk, everything": reverse("desk") + "?show=all",
        "Mentor's review": reverse("post", args=[slug, talked]),
    }
