"""Answering: JSON becomes typed relations, and DuckDB reads them. The only door to DuckDB, beside the DB-API over it."""
