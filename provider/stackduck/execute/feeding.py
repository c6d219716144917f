"""Tables that feed each other's parameters are loaded one stage after the other: values, calls, rows, then the next.

DuckDB computes the values over what is loaded; equal ones are asked for once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain, product
from math import prod
from typing import TYPE_CHECKING, Any

from stackduck.catalog.requests import build
from stackduck.engine.session import Session
from stackduck.errors import (
    CallLimitError,
    DataError,
    NotFoundError,
    NotSupportedError,
    OperationalError,
    ProgrammingError,
)
from stackduck.execute.loading import Ready
from stackduck.sql.values import canonical, contains

if TYPE_CHECKING:
    from stackduck.catalog.model import Request
    from stackduck.execute.origins import Origins
    from stackduck.sql.plan import Plan, Scan
    from stackduck.sql.scans import FedCalls, Feed

Warn = Callable[[str], None]
Values = Mapping[str, str]
"""Parameter → value."""

_SHOWN = 5


def prepare(plan: Plan, session: Session) -> None:
    """Make the relations of rows that are kept, and let DuckDB bind every feed, before any call.

    Raises NotSupportedError for values that DuckDB cannot compute beside the statement.
    """
    for kept in plan.kept:
        session.create_like(kept.relation, kept.sql, kept.parameters)
    for scan in plan.scans:
        for feed in (feed for calls in scan.fed for feed in calls.feeds):
            try:
                session.check(feed.sql, feed.parameters)
            except ProgrammingError as exc:
                problem = str(exc).split("\n")[0]
                raise NotSupportedError(
                    f"{scan.resource.full_name}: the values of {', '.join(feed.origins)} cannot be computed on their "
                    f"own ({problem}); put what they come from into a CTE"
                ) from exc


def keep(plan: Plan, stage: int, session: Session) -> None:
    """Compute the rows that are kept and whose tables are loaded before a stage."""
    for kept in plan.kept:
        if kept.stage == stage:
            session.fill(kept.relation, kept.sql, kept.parameters)


class Stages:
    """The stages of a plan as they become ready; iterate, and `note` what loading each of them found."""

    def __init__(self, plan: Plan, session: Session, origins: Origins, *, warn: Warn) -> None:
        self._plan = plan
        self._session = session
        self._origins = origins
        self._warn = warn
        self._ready: Ready | None = None
        self._asked: Mapping[str, frozenset[Request]] = {}

    def __iter__(self) -> Iterator[Ready]:
        before = len(self._origins.client().calls)
        for at, scans in enumerate(self._plan.stages):
            keep(self._plan, at, self._session)
            made = len(self._origins.client().calls) - before
            self._ready = self._stage(scans, left=self._origins.max_calls - made)
            yield self._ready

    def _stage(self, scans: Sequence[Scan], *, left: int) -> Ready:
        filled = [filled_by_data(scan, self._session, most=left) for scan in scans]
        needed = {request for scan in filled for request in scan.requests}
        if len(needed) > left:
            worst = max(filled, key=lambda scan: len(scan.requests))
            raise _too_many(worst, len(needed), left=left)
        self._asked = {
            scan.relation: frozenset(scan.requests) - frozenset(before.requests)
            for before, scan in zip(scans, filled, strict=True)
        }
        written = {request for scan in scans for request in scan.requests}
        return Ready(tuple(filled), left, frozenset(chain(*self._asked.values())) - written)

    def note(self, absent: Mapping[Request, OperationalError]) -> None:
        """Warn of fed values for which there was nothing; raise where there was nothing for any of two or more."""
        for scan in self._ready.scans if self._ready else ():
            asked = [request for request in scan.requests if request in self._asked[scan.relation]]
            errors = [absent[request] for request in asked if request in absent]
            if errors:
                told = _absences(scan, errors)
                if len(errors) == len(asked) > 1:
                    raise _nothing(scan, errors, told)
                self._warn(f"{scan.resource.full_name}: nothing for {len(errors)} of {len(asked)} fed values: {told}")


def filled_by_data(scan: Scan, session: Session, *, most: int) -> Scan:
    """Return a scan with the calls that data tells beside its own.

    Raises CallLimitError where they are more than `most`, DataError for a value that no call can have.
    """
    found: dict[tuple[tuple[str, str], ...], None] = {}
    for fed in scan.fed:
        rows = [_rows(feed, fed, session) for feed in fed.feeds]
        needed = prod((*map(len, rows), *(len(values) for _, values in fed.listed)))
        if needed > most and not scan.is_report:
            raise _too_many(scan, needed, left=most)
        found |= dict.fromkeys(_calls(scan, fed, rows))
    if scan.is_report:
        return _report(scan, found)
    calls = tuple(dict.fromkeys((*scan.calls, *found)))
    return replace(scan, calls=calls, requests=(*scan.requests, *_requests(scan, calls[len(scan.calls) :])))


def known_calls(fed: FedCalls, session: Session) -> int | None:
    """Return how many calls data tells; None where that must be asked for first."""
    if not all(feed.is_local for feed in fed.feeds):
        return None
    rows = (len(_rows(feed, fed, session)) for feed in fed.feeds)
    return prod((*rows, *(len(values) for _, values in fed.listed)))


def _rows(feed: Feed, fed: FedCalls, session: Session) -> list[Values]:
    """Return the values of a feed, sorted, as a request carries them."""
    found: dict[tuple[str, ...], None] = {}
    for row in _computed(feed, session):
        texts = [canonical(value, kind) for value, kind in zip(row, feed.kinds, strict=True)]
        known = [text if text is not None else str(value) for text, value in zip(texts, row, strict=True)]
        pairs = list(zip(feed.names, known, strict=True))
        if all(contains(fed.within[name.lower()], text) for name, text in pairs if name.lower() in fed.within):
            found[tuple(known)] = None
    return [dict(zip(feed.names, texts, strict=True)) for texts in sorted(found)]


def _computed(feed: Feed, session: Session) -> list[tuple[Any, ...]]:
    """Return the rows of a feed. Raises DuckDB's error in the user's words."""
    try:
        return session.rows(feed.sql, feed.parameters)
    except (DataError, ProgrammingError) as exc:
        told = ", ".join(f"{name} comes from {origin}" for name, origin in zip(feed.names, feed.origins, strict=True))
        problem = str(exc).split("\n\nLINE ")[0]
        raise type(exc)(f"{told}: {problem}") from exc


def _calls(scan: Scan, fed: FedCalls, rows: Sequence[Sequence[Values]]) -> Iterator[tuple[tuple[str, str], ...]]:
    """Yield the calls of the rows of the feeds times the written values, in the method's order."""
    order = [*(parameter.name for parameter in scan.method.parameters), "day"]
    names = [name for name, _ in fed.listed]
    for each in product(*rows):
        for values in product(*(values for _, values in fed.listed)):
            given = {**dict(zip(names, values, strict=True)), **dict(chain(*(row.items() for row in each)))}
            yield tuple((name, given[name]) for name in dict.fromkeys(order) if name in given)


def _report(scan: Scan, calls: Iterable[tuple[tuple[str, str], ...]]) -> Scan:
    """Return a scan of a report with what data tells of its names and days."""
    from stackduck.sql.reports import Selection, scope_of

    scope = scope_of(scan.method)
    days: dict[str, frozenset[date] | None] = {each.name: each.days for each in scan.selections}
    for call in calls:
        given = dict(call)
        known = days.get(given[scope], frozenset())
        day = date.fromisoformat(given["day"]) if "day" in given else None
        days[given[scope]] = None if known is None or day is None else known | {day}
    return replace(scan, selections=tuple(Selection(scope, name, found) for name, found in days.items()))


def _requests(scan: Scan, calls: Iterable[tuple[tuple[str, str], ...]]) -> Iterator[Request]:
    for call in calls:
        try:
            yield build(scan.resource, scan.method, dict(call))
        except ProgrammingError as exc:
            origins = _origins(scan)
            named = [f"{name} comes from {origin}" for name, origin in origins.items() if name in str(exc)]
            source = ", ".join(named or [f"{name} comes from {origin}" for name, origin in origins.items()])
            raise DataError(f"{exc}; {source}: leave such rows out by a condition") from exc


def _origins(scan: Scan) -> Mapping[str, str]:
    """Return where each fed parameter of a scan comes from."""
    feeds = (feed for fed in scan.fed for feed in fed.feeds)
    return dict(chain(*(zip(feed.names, feed.origins, strict=True) for feed in feeds)))


def _too_many(scan: Scan, needed: int, *, left: int) -> CallLimitError:
    name = scan.resource.full_name
    return CallLimitError(
        f"{name} needs {needed:,} calls for the values that data gives it, and {left:,} are left of those allowed; "
        "narrow the conditions on what feeds it, or allow more with --max-calls or connect(max_calls=…)",
        resource=name,
    )


def _absences(scan: Scan, errors: Sequence[OperationalError]) -> str:
    """Return the fed values for which there was nothing, some of many, with the status of the answers.

    A written value stands beside them where the statement writes several.
    """
    several = [name for fed in scan.fed for name, values in fed.listed if len(values) > 1]
    names = dict.fromkeys((*_origins(scan), *several))
    shown = [_value(error.values, names) for error in errors[:_SHOWN]]
    more = f" and {len(errors) - _SHOWN:,} more" if len(errors) > _SHOWN else ""
    statuses = ", ".join(dict.fromkeys(str(error.status) for error in errors))
    return f"{', '.join(shown)}{more} ({statuses})"


def _value(values: Values, names: Iterable[str]) -> str:
    pairs = [f"{name} = {values[name]!r}" for name in names if name in values]
    return f"({', '.join(pairs)})" if len(pairs) > 1 else "".join(pairs)


def _nothing(scan: Scan, errors: Sequence[OperationalError], told: str) -> OperationalError:
    first, name = errors[0], scan.resource.full_name
    kind = NotFoundError if all(isinstance(error, NotFoundError) for error in errors) else OperationalError
    origins = ", ".join(dict.fromkeys(_origins(scan).values()))
    text = f"{name}: nothing for any of the {len(errors):,} values that {origins} feeds: {told}; the first: {first}"
    return kind(text, status=first.status, resource=name, values=first.values)
