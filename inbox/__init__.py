"""Citizens' messages on the networks: fetching, triage, answers within their deadlines, retention."""
