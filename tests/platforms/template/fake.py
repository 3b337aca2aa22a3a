"""Notice Board as its documentation would have it: strict, stateful, over real HTTP."""

import io
from typing import Any

from PIL import Image

from tests.platforms.fakes.core import Refusal, Reply, Request, routed


def says(status: int, code: str) -> Refusal:
    return Refusal(status, {"error": {"code": code, "message": code}})


class TemplateFake:
    def __init__(self, world: Any) -> None:
        self.world = world
        self.accounts: dict[str, dict[str, Any]] = {}
        self.pictures: dict[str, str] = {}
        self.last = 0

    def number(self) -> str:
        self.last += 1
        return str(self.last)

    def handle(self, request: Request) -> Reply:
        routes = [
            ("GET", "/account", self.known),
            ("DELETE", "/token", self.end),
            ("POST", "/pictures", self.upload),
            ("POST", "/posts", self.publish),
            ("GET", "/posts", self.listed),
            ("DELETE", r"/posts/(\d+)", self.delete),
        ]
        return Reply(200, routed(routes, request))

    def signed_in(self, request: Request) -> dict[str, Any]:
        account = next((one for one in self.accounts.values() if one["token"] and one["token"] == request.token), None)
        if account is None:
            raise says(401, "not_signed_in")
        return account

    def known(self, request: Request) -> dict[str, Any]:
        account = self.signed_in(request)
        url = f"{self.world.url}/template/{account['name']}"
        return {"id": account["id"], "name": account["name"], "url": url, "followers": 7}

    def end(self, request: Request) -> dict[str, Any]:
        self.signed_in(request)["token"] = ""
        return {}

    def upload(self, request: Request) -> dict[str, Any]:
        self.signed_in(request)
        parts = request.multipart()
        try:
            Image.open(io.BytesIO(parts["file"].content)).verify()
        except OSError:
            raise says(422, "no_picture") from None
        number = self.number()
        self.pictures[number] = parts["description"].content.decode()
        return {"id": number}

    def publish(self, request: Request) -> dict[str, Any]:
        account, form = self.signed_in(request), request.json()
        if set(form) != {"text", "pictures"} or not set(form["pictures"]) <= set(self.pictures):
            raise says(422, "bad_post")
        if len(form["text"]) > 500:
            raise says(422, "text_too_long")
        at = self.world.clock.now().isoformat()
        alts = [self.pictures[number] for number in form["pictures"]]
        post = {"id": self.number(), "text": form["text"], "descriptions": alts, "created_at": at}
        post["url"] = f"{self.world.url}/template/posts/{post['id']}"
        account["posts"].insert(0, post)
        return post

    def listed(self, request: Request) -> dict[str, Any]:
        before = int(request.one("before") or 10**9)
        older = [post for post in self.signed_in(request)["posts"] if int(post["id"]) < before]
        return {"posts": older[:20]}

    def delete(self, request: Request, number: str) -> dict[str, Any]:
        posts = self.signed_in(request)["posts"]
        if number not in [post["id"] for post in posts]:
            raise says(404, "no_such_post")
        posts[:] = [post for post in posts if post["id"] != number]
        return {}

    # What every fake has for the tests

    def too_many(self, seconds: float) -> Reply:
        return Reply(429, {"error": {"code": "slow_down"}}, {"Retry-After": str(int(seconds))})

    def kill_token(self, token: str, action: str) -> None:
        for account in self.accounts.values():
            account["token"] = "" if account["token"] == token else account["token"]

    def account(self, name: str) -> dict[str, Any]:
        new = {"id": str(len(self.accounts) + 1), "name": name, "token": f"token-of-{name}", "posts": []}
        account = self.accounts.setdefault(name, new)
        credential = {"access_token": account["token"], "account_id": account["id"]}
        return {"server": f"{self.world.url}/template", "keys": {}, "token": account["token"], "credential": credential}

    def public(self, name: str) -> list[dict[str, Any]]:
        posts = self.accounts.get(name, {"posts": []})["posts"]
        return [{"id": post["id"], "text": post["text"], "alts": post["descriptions"]} for post in posts]

    def react(self, post: str, kind: str, text: str) -> str:
        """Nobody can do anything with a post here."""
        return ""
