"""What a person does on a network's page of consent, without a browser."""

from urllib.parse import parse_qsl, urlsplit

from tests.platforms.bench import Bench

BACK = "https://portal.example/channels/callback"


def consented(bench: Bench, decision: str = "allow") -> dict[str, str]:
    """What the network adds to our address, and what an exchange needs beside it."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", "")
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": decision})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned.pop("state") == "stanje"
    return {**returned, "redirect_uri": BACK, "verifier": ""}
