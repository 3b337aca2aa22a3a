"""Authentication, scopes, rate limits, JSON and errors of API calls, in Mastodon's shape.

https://docs.joinmastodon.org/api/guidelines/ · https://docs.joinmastodon.org/entities/Error/
"""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpResponse, JsonResponse, QueryDict
from django.http.multipartparser import MultiPartParserError
from django.views.decorators.csrf import csrf_exempt

from common import untrusted_json
from common.integers import parse_int
from practice import queries, throttle
from practice.errors import ApiError, Missing, NotAllowed
from practice.models import Account, Token
from practice.queries import Window
from practice.web import ApiRequest

View = Callable[..., Any]


class NoToken(ApiError):
    status = 401


def api(*methods: str, scope: str = "", rate: str = "api") -> Callable[[View], View]:
    """An endpoint of the API. With `scope` it needs a bearer token (`request.token`) that covers it.

    Cookies are ignored, so no other site can make a browser act here: hence no CSRF token.
    """

    def wrap(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def called(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if request.method not in methods:
                return error("Method Not Allowed", 405, {"Allow": ", ".join(methods)})
            request.token = _token(request)
            usage = throttle.spend(rate, _who(request))
            budget = throttle.headers(usage)
            if usage.is_exceeded:
                return error("Too many requests", 429, budget)
            try:
                _require(request, scope)
                answer = view(request, *args, **kwargs)
            except ApiError as refused:
                return error(refused.message, refused.status, budget, short=refused.error)
            except (RequestDataTooBig, TooManyFilesSent):
                return error("Payload too large", 413, budget)
            except (MultiPartParserError, UnicodeDecodeError):
                return error("The request could not be read", 400, budget)
            if not isinstance(answer, HttpResponse):
                answer = JsonResponse(answer, safe=False)
            for name, value in budget.items():
                answer.headers.setdefault(name, value)
            answer.headers["Cache-Control"] = "private, no-store"
            return answer

        return called

    return wrap


def error(message: str, status: int, headers: Mapping[str, str] | None = None, *, short: str = "") -> JsonResponse:
    body = {"error": short, "error_description": message} if short else {"error": message}
    return JsonResponse(body, status=status, headers=dict(headers or {}))


def _token(request: ApiRequest) -> Token | None:
    kind, _, secret = request.headers.get("Authorization", "").partition(" ")
    return queries.token(secret.strip()) if kind.lower() == "bearer" and secret else None


def _who(request: ApiRequest) -> str:
    return f"account {request.token.account_id}" if request.token else f"address {throttle.address(request)}"


def whose(request: ApiRequest) -> Account | None:
    """The account of the caller, or None."""
    return request.token.account if request.token else None


def reader(request: ApiRequest) -> Account | None:
    """The account of the caller, if its token may read statuses; None reads what is for everybody.

    As Mastodon: a program that may only write reads no private message. app/controllers/api/v1/statuses_controller.rb
    """
    return request.token.account if request.token and queries.may(request.token, "read:statuses") else None


def _require(request: ApiRequest, scope: str) -> None:
    if not scope:
        return
    if request.token is None:
        raise NoToken("The access token is invalid")
    if not queries.may(request.token, scope):
        raise NotAllowed("This action is outside the authorized scopes")


# ---- what came along


def given(request: ApiRequest) -> dict[str, Any]:
    """The parameters of a call, from a form, a JSON object or the address. `name[]` is a list under "name".

    Raises `ApiError` (400) for JSON that is none.
    """
    if request.content_type == "application/json":
        return _json(request)
    source = request.GET if request.method == "GET" else _form(request)
    return {
        name.removesuffix("[]"): source.getlist(name) if name.endswith("[]") else source.get(name) for name in source
    }


def _json(request: ApiRequest) -> dict[str, Any]:
    try:
        body = untrusted_json.loads(request.body or b"{}")
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise BadRequest("The body is not a JSON object")
    return body


class BadRequest(ApiError):
    status = 400


def _form(request: ApiRequest) -> QueryDict:
    # Django reads a form's body for POST alone.
    if request.method == "POST":
        return request.POST
    if request.content_type == "multipart/form-data":
        fields, _files = request.parse_file_upload(request.META, request)
        return fields
    return QueryDict(request.body)


def text(parameters: Mapping[str, Any], name: str) -> str:
    value = parameters.get(name)
    return value if isinstance(value, str) else ""


def parameter(request: ApiRequest, name: str) -> str:
    """A text in the address, without the characters that PostgreSQL refuses."""
    return request.GET.get(name, "").replace("\x00", "").strip()


def flag(value: Any) -> bool:
    """A truth in JSON, a form or an address, where programs write it in several ways."""
    return str(value).lower() in ("true", "1", "on")


def many(request: ApiRequest, name: str) -> list[str]:
    """All values of a list in the address: "name[]", or "name" as some programs have it."""
    return request.GET.getlist(f"{name}[]") or request.GET.getlist(name)


def number(value: Any) -> int | None:
    """An id or a count from a request; None for anything else."""
    return parse_int(str(value))


def ids(parameters: Mapping[str, Any], name: str) -> list[int]:
    """Raises `Missing` where one of them is no id."""
    values = parameters.get(name) or []
    numbers = [number(value) for value in (values if isinstance(values, list) else [values])]
    if any(value is None for value in numbers):
        raise Missing
    return [value for value in numbers if value is not None]


def window(request: ApiRequest, default: int = 20, most: int = 40) -> Window:
    params = request.GET
    return Window(
        limit=min(max(number(params.get("limit")) or default, 1), most),
        max_id=number(params.get("max_id")),
        since_id=number(params.get("since_id")),
        min_id=number(params.get("min_id")),
    )


def paged(request: ApiRequest, rows: list[Any], shown: Any) -> JsonResponse:
    """A list, or what is made of it, with its `Link` header. https://docs.joinmastodon.org/api/guidelines/#pagination"""
    answer = JsonResponse(shown, safe=False)
    if rows:
        answer["Link"] = page_links(request, oldest=rows[-1].pk, newest=rows[0].pk)
    return answer


def page_links(request: ApiRequest, *, oldest: int, newest: int) -> str:
    """The `Link` header of a page whose rows have ids from `oldest` to `newest`."""
    links = [(oldest, "max_id", "next"), (newest, "min_id", "prev")]
    return ", ".join(_page(request, name, pk, rel) for pk, name, rel in links)


def _page(request: ApiRequest, name: str, pk: int, rel: str) -> str:
    query = [(k, v) for k, v in request.GET.items() if k not in ("max_id", "min_id", "since_id")]
    return f'<{request.build_absolute_uri(request.path)}?{urlencode([*query, (name, pk)])}>; rel="{rel}"'


def origin(request: ApiRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"
