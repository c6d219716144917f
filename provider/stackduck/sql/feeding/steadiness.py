"""Whether rows are the same when they are computed twice: once for the calls, and again for the answer.

What may differ is computed once and kept, where it is a query of its own; otherwise it feeds nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from functools import cached_property

from sqlglot import exp

from stackduck.sql.feeding.feed_queries import Wording
from stackduck.sql.feeding.feed_sources import Body, FeedSources, UnusableError
from stackduck.sql.feeding.readings import Readings
from stackduck.sql.proving.optimized import CLOCK, called_functions
from stackduck.sql.scopes import Cte, Query, Source
from stackduck.sql.spans import body_span, item_span, value_span
from stackduck.sql.supplies import Computed, Merged, Supply

_ORDERED: tuple[type[exp.Expr], ...] = (
    *(exp.Window, exp.AnyValue, exp.First, exp.Last, exp.ArrayAgg, exp.GroupConcat, exp.ArgMax, exp.ArgMin, exp.Mode),
)
"""What depends on the order of rows, or on which of equal rows comes first."""


class Steadiness:
    """Answers for one statement; `volatile` tells which functions may have another value a moment later."""

    def __init__(
        self, readings: Readings, wording: Wording, volatile: Callable[[Collection[str]], frozenset[str]]
    ) -> None:
        self._readings = readings
        self._wording = wording
        self._ask = volatile

    def steadied(self, sources: FeedSources) -> FeedSources:
        """Return sources with what must be kept of them, and without the conditions that may change.

        Fewer conditions are never wrong. Raises UnusableError for what may change and cannot be kept.
        """
        bodies = [self._of_source(level.query, source) for level in sources.levels for source in level.sources]
        bodies += [self._of_value(supply) for supply in sources.supplies]
        levels = tuple(
            replace(level, filters=tuple(f for f in level.filters if not self._may_differ(f.condition)))
            for level in sources.levels
        )
        return replace(sources, levels=levels, bodies=tuple({b.span: b for b in bodies if b}.values()))

    def _of_source(self, query: Query, source: Source) -> Body | None:
        node = source.node
        if node is None or not self._may_differ(node):
            return None
        if source.cte is not None and source.cte.query.parent is not None and not source.cte.recursive:
            return self._kept(source.cte.query.node, source.cte.query.parent, cte=source.cte)
        is_alone = not self._readings.of(node, query, item=source).sources
        if source.query is not None and is_alone and not node.find(exp.TableSample):
            return self._kept(source.query.node, query)
        self._refuse_severe(node)
        return None

    def _of_value(self, supply: Supply) -> Body | None:
        if isinstance(supply.value, Merged) or not self._may_differ(supply.value.node):
            return None
        node = supply.value.node
        is_query = not isinstance(supply.value, Computed) or isinstance(node, exp.Subquery)
        if is_query and not self._readings.of(node, supply.query).sources:
            return self._kept(node.this if isinstance(node, exp.Subquery) else node, supply.query)
        self._refuse_severe(node)
        return None

    def _kept(self, node: exp.Expr, query: Query, *, cte: Cte | None = None) -> Body:
        span = body_span(node, self._wording.statement)
        if span is None:
            raise UnusableError("its rows may be others a moment later")
        return Body(span, query, cte, self._readings.occurrences(node))

    def _refuse_severe(self, node: exp.Expr) -> None:
        if any(self._is_severe(each) for each in self._parts(node)):
            raise UnusableError("its rows may be others a moment later")

    def _may_differ(self, node: exp.Expr) -> bool:
        return any(self._is_severe(part) or _is_ordered(part) for part in self._parts(node))

    def _parts(self, node: exp.Expr) -> Iterator[exp.Expr]:
        """Yield a node and the bodies of the CTEs that it reads."""
        yield node
        for cte in self._readings.ctes(node):
            yield cte.query.node

    def _is_severe(self, node: exp.Expr) -> bool:
        """Tell whether rows may be others without any two of them being equal in what they are ordered by."""
        if node.find(exp.TableSample) or any(not _has_order(limit) for limit in node.find_all(exp.Limit, exp.Offset)):
            return True
        return bool(self._volatile) and self._names_volatile(node)

    def _names_volatile(self, node: exp.Expr) -> bool:
        statement = self._wording.statement
        spans = (find(node, statement) for find in (value_span, item_span, body_span))
        start, end = next((span for span in spans if span), (0, len(statement.text)))
        inside = (token for token in statement.tokens if start <= token.start < end)
        return any(token.name.lower() in self._volatile for token in inside if token.kind in ("word", "quoted"))

    @cached_property
    def _volatile(self) -> frozenset[str]:
        """The functions of the statement that may change, and words for the time."""
        statement = self._wording.statement
        words = frozenset(t.text.lower() for t in statement.tokens if t.is_word(*CLOCK))
        called = called_functions(statement)
        return words | (self._ask(called) if called else frozenset())


def _has_order(limit: exp.Expr) -> bool:
    return limit.parent is not None and bool(limit.parent.args.get("order"))


def _is_ordered(node: exp.Expr) -> bool:
    distinct = any(each.args.get("on") for each in node.find_all(exp.Distinct))
    return distinct or node.find(exp.Limit, exp.Offset, *_ORDERED) is not None
