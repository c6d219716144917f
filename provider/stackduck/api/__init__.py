"""Asking: requests become pages of JSON, links become files.

Alone in knowing HTTP, tokens and GitHub's REST rules; knows no SQL, no documents' syntax and no DuckDB.
"""
