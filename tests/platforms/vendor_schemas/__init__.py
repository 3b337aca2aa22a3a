"""Requests of connectors, and the fakes' answers, against the schemas of the networks.

One module per vendor: `version()` names the schema, `operation(method, url)` the call, `validate(method, url, params,
body)` what is wrong with it, `validate_answer(…, answer)` what is wrong with an answer with success: None where the
schema does not describe it. Most schemas come from pinned packages and are read when the first request needs them;
where there is none, they are written by hand (`written.py`), with an error's answer (`validate_error`). Calls that no
schema describes and differences that are known stand in `differences.py`, each with its reason.
"""
