"""Addresses of the mentoring pages of a municipality that several pages link to."""

from django.urls import reverse


def plan(slug: str) -> str:
    return reverse("mentoring_plan", args=[slug])


def activity(slug: str, pk: int) -> str:
    return reverse("mentoring_plan_activity", args=[slug, pk])


def check_ins(slug: str) -> str:
    return reverse("check_ins", args=[slug])


def check_in(slug: str, pk: int) -> str:
    return reverse("check_in", args=[slug, pk])
