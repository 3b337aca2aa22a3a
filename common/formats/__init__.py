"""Dates and numbers per interface language (FORMAT_MODULE_PATH).

Django's own Serbian formats print months in the nominative ("24. novembar 2026."), which is wrong in running text, and
refuse "24.11.2026" without the final dot, which people type. Names of months are in `common.dates`.
"""
