"""What was asked: text becomes a plan. Pure: no network, no files, no DuckDB; sqlglot lives here alone."""

from stackduck.sql import lean

lean.prepare()
