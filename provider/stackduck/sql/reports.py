"""What a statement reads of a report: whose it is, and which days of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from stackduck.catalog.model import Method, Resource
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql import methods
from stackduck.sql.scopes import DAY, Disjuncts
from stackduck.sql.values import Days, written

_SCOPES = ("enterprise", "org")


@frozen
class Selection:
    """What of a report a scan reads."""

    scope: str
    """enterprise or org."""
    name: str
    """Its slug, as the statement writes it."""
    days: frozenset[date] | None
    """The days of the calendar that may match; None where the statement says nothing of days."""


def is_report(method: Method) -> bool:
    """Tell whether a method's rows are what GitHub's reports hold."""
    return "report" in method.extras


def has_days(method: Method) -> bool:
    """Tell whether the rows of a report are of days, so that a condition on `day` chooses what is fetched."""
    return is_report(method) and any(c.name == DAY and c.type == "DATE" for c in method.columns)


def selections(method: Method, ways: Disjuncts) -> tuple[Selection, ...]:
    """Return what to read of a report, one selection for each name.

    The days are None unless every way says which; a name's are those of all its ways together.
    """
    scope = scope_of(method)
    days: dict[str, frozenset[date]] = {}
    for way in ways:
        found = written(way[DAY]) if DAY in way else None
        for name in methods.listed(way, scope):
            days[name] = days.get(name, frozenset()) | (found.days if isinstance(found, Days) else frozenset())
    is_said = all(DAY in way for way in ways)
    return tuple(Selection(scope, name, found if is_said else None) for name, found in days.items())


def scope_of(method: Method) -> str:
    """Return the parameter that names whose report it is."""
    told = method.extras["report"]
    assert isinstance(told, Mapping)
    return str(told["scope"])


def both_scopes(resource: Resource, ways: Disjuncts, *, mentioned: Iterable[str]) -> ProgrammingError | None:
    """Return the error for a report of an enterprise that is asked for an organization as well; None for any other.

    `mentioned` are the parameters that the statement names.
    """
    given = {scope for scope in _SCOPES if any(scope in way for way in ways)}
    is_either = all(map(is_report, methods.select_methods(resource)))
    if not is_either or not given or not given.union(mentioned).issuperset(_SCOPES):
        return None
    return ProgrammingError(
        f"{resource.full_name} is read from the reports of an enterprise or from those of an organization, not both; "
        "leave out enterprise or org, or write a UNION ALL of two queries"
    )
