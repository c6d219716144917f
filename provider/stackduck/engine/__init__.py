"""Answering: JSON becomes typed relations, and DuckDB reads them; the only door to DuckDB but for the DB-API."""
