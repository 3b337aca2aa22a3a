"""A person with a browser without scripts, who lets a program act for a page or a citizen."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import requests

_HIDDEN = re.compile(r'<input type="hidden" name="([^"]+)" value="([^"]*)"')
_CODE = re.compile(r'<input[^>]* id="code"[^>]* value="([^"]+)"|<input id="code" value="([^"]+)"')


class Person:
    def __init__(self, address: str, root: str) -> None:
        self.address = address
        self.session = requests.Session()
        # Otherwise an authority that the environment names would be trusted instead.
        self.session.trust_env = False
        self.session.verify = root
        self.session.headers["Accept-Language"] = "en"

    def enter(self, name: str) -> None:
        """Play a citizen of this name."""
        form = self._form(f"{self.address}/door")
        self._send("/door", {**form, "name": name})

    def code_for(self, url: str, username: str) -> str:
        """Follow the program's link, allow it to act for `username`, and return the code that it gets."""
        answer = self._send("/oauth/authorize", {**self._form(url), "page": username, "decision": "allow"})
        if answer.status_code == 302:
            where = urlsplit(answer.headers["Location"])
            assert where.scheme != "urn", "no browser follows that"
            return parse_qs(where.query)["code"][0]
        shown = _CODE.search(answer.text)
        assert shown, answer.text
        return unescape(shown[1] or shown[2])

    def _form(self, url: str) -> dict[str, str]:
        page = self.session.get(url, timeout=60)
        assert page.status_code == 200, page.text
        return {name: unescape(value) for name, value in _HIDDEN.findall(page.text)}

    def _send(self, path: str, form: dict[str, str]) -> requests.Response:
        headers = {"Referer": self.address + path}
        return self.session.post(self.address + path, data=form, headers=headers, allow_redirects=False, timeout=60)
