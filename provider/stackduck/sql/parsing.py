"""Asking sqlglot for the tree of a statement; None where it cannot read what DuckDB may well understand."""

from __future__ import annotations

import logging
from bisect import bisect_left
from functools import lru_cache
from itertools import pairwise

from sqlglot import exp
from sqlglot.dialects.duckdb import DuckDB
from sqlglot.errors import SqlglotError

from stackduck.errors import ProgrammingError
from stackduck.sql.tokens import tokenize

_log = logging.getLogger("sqlglot")


@lru_cache(maxsize=256)
def _parsed(text: str) -> exp.Expr | None:
    try:
        parted = _parted(text)
    except ProgrammingError:
        return None
    if not parted:
        return _tree(text)
    pieces = zip((0, *parted), (*parted, len(text)), strict=True)
    tree = _tree(" ".join(text[start:end] for start, end in pieces))
    if tree is not None:
        _move_back(tree, [at + number for number, at in enumerate(parted)])
    return tree


def _parted(text: str) -> list[int]:
    """Return where a space must stand: sqlglot takes the $1,$ of ($1,$2) for the quote before a string."""
    if text.count("$") < 2:
        return []
    found = [token for token in tokenize(text) if token.text.startswith("$")]
    return [
        second.start
        for first, second in pairwise(found)
        if first.kind != "string" and not any(c.isspace() for c in text[first.end : second.start])
    ]


def _move_back(tree: exp.Expr, spaces: list[int]) -> None:
    """Let the nodes of a tree say where they stand in the text without the spaces."""
    for node in tree.walk():
        for end in ("start", "end"):
            if end in node.meta:
                node.meta[end] -= bisect_left(spaces, node.meta[end])


def _tree(text: str) -> exp.Expr | None:
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
