"""Parquet: DuckDB writes the file itself, so no row passes through Python."""

from __future__ import annotations

from typing import Protocol


class ParquetSource(Protocol):
    """A cursor whose rows can go straight to a file."""

    def write_parquet(self, path: str, /) -> object:
        """Write every row to the file."""


def write_parquet(result: ParquetSource, path: str) -> None:
    """Write a result to a Parquet file."""
    result.write_parquet(path)
