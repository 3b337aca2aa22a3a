"""JSON of strangers: whatever it is, bad JSON is a `ValueError`."""

import ast

import pytest

from common.http import Answer
from common.untrusted_json import MAX_DEPTH, loads
from platforms.answers import body
from platforms.errors import NotReached, OutcomeUnknown
from tests.architecture.test_source import called, calls, modules_with, name_of

DEEP = [b"[" * 50_000, b'{"a":' * 50_000, b"[" * 50_000 + b"]" * 50_000, b"[" * 65 + b"]" * 65]
# Modules that read JSON which the portal itself wrote, or which lies beside its code.
OWN = {
    "channels/pauses.py", "channels/public.py", "channels/domain/connect/attempts.py", "channels/domain/credentials.py",
    "common/live_streams.py", "common/management/commands/make_messages.py", "common/models.py",
    "common/untrusted_json.py", "inbox/queries/message_context.py",
    "municipalities/reference/__init__.py", "notifications/domain/push_devices.py",
    "platforms/bluesky/video_service.py", "platforms/facebook/other_formats.py",
    "platforms/facebook/videos.py", "platforms/google_business/reviews.py", "platforms/linkedin/media.py",
    "platforms/mail/access.py",
    "platforms/meta/containers.py", "administration/queries/tours.py",
    "platforms/tiktok/checkpoint.py", "platforms/x/media.py", "platforms/youtube/uploads.py",
    "benchmarks/publishing.py", "benchmarks/management/commands/bench.py", "launcher/files.py",
    "launcher/asvs.py", "launcher/changed.py", "launcher/coverage_report.py",
    "launcher/debian_database.py", "launcher/image_sbom.py",
    "launcher/installed.py", "launcher/mutants.py", "launcher/run.py", "launcher/sbom.py", "launcher/suite_figures.py",
    "mentoring/queries/response.py",
    "portal/last_backup.py", "portal/live.py", "portal/measurements.py", "portal/migration_history.py",
    "posts/queries.py",
    "reports/files/pdf.py", "reports/files/typst_process.py", "trainings/scenario_parsing.py",
}  # fmt: skip


@pytest.mark.parametrize("text", [*DEEP, b"", b"x", b"\xff", b"1" * 5000])
def test_bad_json_is_a_value_error(text: bytes) -> None:
    with pytest.raises(ValueError):
        loads(text)


def test_good_json_is_read() -> None:
    assert loads(b'{"a": [1, {"b": null}]}') == {"a": [1, {"b": None}]}
    assert loads(b'{"a": [NaN, -Infinity]}') == {"a": [None, None]}
    assert loads("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)
    assert loads("[" * MAX_DEPTH + "]" * MAX_DEPTH)


@pytest.mark.parametrize("text", ["1e999", "-1e999", f"{'9' * 400}.0"])
def test_a_number_beyond_a_float_is_no_infinity(text: str) -> None:
    assert loads(f'{{"a": [{text}, 1.5, 1e3]}}') == {"a": [None, 1.5, 1000.0]}


@pytest.mark.parametrize("text", DEEP)
def test_a_network_that_nests_too_deeply_is_classified(text: bytes) -> None:
    answer = Answer(200, {}, text, "https://social.example/")
    with pytest.raises(OutcomeUnknown):
        body(answer, public=True)
    with pytest.raises(NotReached):
        body(answer, public=False)


def test_no_module_reads_json_of_strangers_by_itself() -> None:
    """What is new here is read by `common.untrusted_json`, or put on the list because the portal wrote it."""

    def reads(call: ast.Call) -> bool:
        return called(call) in ("loads", "load") and ast.unparse(call.func).startswith("json.")

    assert {name_of(path) for path in modules_with("json.load") if any(map(reads, calls(path)))} == OWN


def test_what_no_column_takes_is_replaced() -> None:
    raw = b'{"a\\u0000": ["x\\ud800y", {"b": "\\udfff\\u0000"}], "whole": "\\ud83d\\ude00", "raw": "\xed\xa0\x80"}'
    assert loads(raw) == {
        "a": ["x\ufffdy", {"b": "\ufffd"}], "whole": "😀", "raw": "\ufffd",
    }  # fmt: skip
    assert loads('"a\\u0000"'.encode("utf-16")) == "a"
