"""Report files become Parquet: `ingest.Ingest` for days to keep, `extract.Extract` for one statement.

In the order in which a file passes them: parts (its form), survey (what is not as declared), splitting (by day),
loading (typed rows), pieces (Parquet, without doubles).
"""
