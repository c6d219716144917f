"""Which values of which columns must hold, as far as text and DuckDB's optimizer can prove it."""
