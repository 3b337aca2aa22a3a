"""A person's part on a network's consent page, without a browser."""

from urllib.parse import parse_qsl, urlsplit

from tests.platforms.bench import Bench

BACK = "https://portal.example/channels/callback"


def consented(bench: Bench, decision: str = "allow") -> dict[str, str]:
    """The query that the network adds to our address, and what else an exchange needs."""
    url = bench.connector(credential=None).authorize_url(BACK, "stanje", "")
    asked = dict(parse_qsl(urlsplit(url).query))
    answer = bench.http().post(url.split("?")[0], data={**asked, "decision": decision})
    returned = dict(parse_qsl(urlsplit(answer.headers["location"]).query))
    assert returned.pop("state") == "stanje"
    return {**returned, "redirect_uri": BACK, "verifier": ""}
