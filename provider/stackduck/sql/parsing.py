"""Asking sqlglot for the tree of a statement; None where it cannot read what DuckDB may well understand."""

from __future__ import annotations

import logging
from functools import lru_cache

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

_log = logging.getLogger("sqlglot")


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expr | None:
    level = _log.level
    _log.setLevel(logging.CRITICAL)  # it warns about syntax that it passes on unread; None says so already
    try:
        trees = [tree for tree in DuckDB().parse(text) if tree is not None]
    except (SqlglotError, RecursionError):
        return None
    finally:
        _log.setLevel(level)
    if len(trees) != 1 or isinstance(trees[0], exp.Command) or trees[0].find(exp.Command):
        return None
    return trees[0]


def parse(text: str) -> exp.Expr | None:
    """Return the tree of one statement, or None. Trees are shared between calls and must not be changed."""
    return _parsed(text)
