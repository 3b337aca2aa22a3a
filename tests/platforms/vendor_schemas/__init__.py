"""Requests of connectors against the schemas that the networks' own packages bring.

One module per vendor: `VERSION` names the schema, `operation(method, url)` the call, `validate(method, url, params,
body)` what is wrong with it. Schemas come from pinned packages and are read when the first request needs them. Calls
that no schema describes and differences that are known stand in `differences.py`, each with its reason.
"""
