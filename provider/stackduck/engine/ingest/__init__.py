"""Report files become Parquet: `ingest.Ingest` for days to keep, `extract.Extract` for one statement.

In the order in which a file passes them: arrivals (what is worked on together), parts (its form), plain and survey
(what is not as declared), loading (typed rows), pieces (Parquet, without doubles). trees are the declared types,
drift and loose the SQL that reads them.
"""
