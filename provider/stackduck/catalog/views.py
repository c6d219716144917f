"""Read the views of a document: resources that are a query over others. Pure; the query is not looked at here.

A document writes them once for each database that StackQL can stand on; those for SQLite are taken.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from stackduck.catalog.documents import Node
from stackduck.catalog.model import Column, View

_DIALECT = re.compile(r'sqlDialect\s*==\s*"([^"]*)"')
_REQUIRED = re.compile(r"requiredParams\s*==\s*\[([^\]]*)\]")
_HOLE = re.compile(r"\{\{\s*([A-Za-z_]\w*)\s*\}\}")
_DIALECTS = ("", "sqlite3")
_MOST = 50


def views_of(config: Node) -> tuple[View, ...]:
    """Return the views that a resource's configuration gives for SELECT, in the order in which they are tried."""
    views = config.get("views")
    select = views.get("select") if isinstance(views, dict) else None
    columns = _columns(config)
    return tuple(_view(node, columns) for node in _chain(select) if _dialect(node) in _DIALECTS)


def _chain(node: object) -> Iterator[Node]:
    """Yield a view and its fallbacks."""
    for _ in range(_MOST):
        if not isinstance(node, dict):
            return
        if isinstance(node.get("ddl"), str):
            yield node
        node = node.get("fallback")


def _view(node: Node, columns: tuple[Column, ...]) -> View:
    sql = str(node["ddl"]).strip().rstrip(";").rstrip()
    said = _REQUIRED.search(str(node.get("predicate") or ""))
    names = [name.strip().strip("\"'") for name in said[1].split(",")] if said else []
    return View(sql, tuple(dict.fromkeys(filter(None, (*names, *_HOLE.findall(sql))))), columns)


def _dialect(node: Node) -> str:
    said = _DIALECT.search(str(node.get("predicate") or ""))
    return said[1] if said else ""


def _columns(config: Node) -> tuple[Column, ...]:
    docs = config.get("docs")
    fields = docs.get("fields") if isinstance(docs, dict) else None
    named = [each for each in fields or () if isinstance(each, dict) and each.get("name")]
    return tuple(
        Column(str(each["name"]), "VARCHAR", str(each.get("description") or ""), str(each.get("type") or ""))
        for each in named
    )
