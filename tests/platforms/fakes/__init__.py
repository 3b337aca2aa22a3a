"""Faithful local stand-ins for Mastodon and Bluesky over real HTTP: strict, stateful, and able to fail on demand.

In tests: the `fakes` fixture, or `running()` here. As a process of its own:
`python -m tests.platforms.fakes --port 8900` (prints one JSON line when ready). Control, all JSON:

POST /__fake__/plan      {"method", "path" (regex), "nth" (1), "times" (1), "action", "seconds", "status", "body"}
                         action: drop_before, commit_then_drop, commit_then_500, commit_then_hang, hang, status,
                         rate_limit, expire_token, revoke_token, html_error, truncate_body
GET  /__fake__/ledger    every request so far, secrets left out
GET  /__fake__/public/X  what a follower of account X sees: [{"id", "text", "alts", "reply_to", "at"}]
POST /__fake__/account   {"platform", "name"} → credentials as `Credential.to_json()` has them, and "password"
POST /__fake__/react     {"platform", "post", "kind": like|repost|reply|quote, "text"}: a citizen does something
POST /__fake__/options   {"software", "idempotency": honoured|ignored|repeat_500, "list_lag", "appview_lag",
                         "media_polls", "max_characters", "latency" (seconds before each answer),
                         "lost_answers" (share of the answers to publishing calls that are dropped after the fact),
                         "lost_calls" (share of the publishing calls that are never carried out: 502, 504 or a cut
                         connection), "late_commits" (share of those carried out up to three seconds after it),
                         "rate_limits", "late_rate_limits" (the same two with a bare status 429)}; corrections count
POST /__fake__/clock     {"advance": seconds}
POST /__fake__/release   what hangs (hang, commit_then_hang) goes on now
POST /__fake__/reset     everything forgotten
"""

from tests.platforms.fakes.core import FakeServer, running

__all__ = ["FakeServer", "running"]
