"""The demo's good practice: two examples of the programme's own, and one of the portal's that it does not show."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from demo import good_practice, people
from exchange.built_in import built_in
from exchange.models import Example
from exchange.queries.practice import programme_examples
from municipalities.models import Programme
from posts.draft import parse
from posts.editing.placeholders import gaps
from serbian.scripts import mixed_script_words


def test_it_is_written_once_and_whole(db: None, settings: Any) -> None:
    settings.DEMO = True
    demo_people = people.gather(timezone.localdate())
    good_practice.arrange(demo_people)
    good_practice.arrange(demo_people)
    collection = programme_examples(Programme.objects.get(name=people.PROGRAMME))
    assert [example.starter for example in collection.off] == ["decji-crtezi"]
    assert len(collection.shown) == len(built_in()) + 1
    for row in Example.objects.all():
        draft = parse(row.content)
        assert set(gaps(draft)) == {gap["name"] for gap in row.gaps}
        assert all(gap["example"] for gap in row.gaps)
        assert mixed_script_words(draft.texts["sr-Cyrl"].text) == []
        assert row.drawing in built_in()
    assert Example.objects.count() == 2
