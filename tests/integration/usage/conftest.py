"""SQL over github.copilot_usage on a served enterprise, on a known day, compared with what plain Python computes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stackduck
from stackduck.catalog.names import Catalog
from stackduck.errors import InterfaceError
from stackduck.execute import clock

from ... import usage_oracle as oracle
from ...usage_oracle import Usage
from .twin import Twin

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

TODAY = date(2026, 10, 20)
"""Fields of customization and the review stages arrived a month before it."""
DAY = timedelta(days=1)
SCOPES = {"enterprise": "octo-demo", "org": "octo-demo-eng"}
OTHER = "octo-demo-data"

Connect = Callable[..., stackduck.Connection]


def ago(days: int) -> date:
    """Return the day so many days before today."""
    return TODAY - days * DAY


FIRST, LAST = ago(36), ago(2)
RANGE = oracle.days_between(FIRST, LAST)
"""What most tests ask for: a week before the days of the 28-day report, and these."""
THURSDAY, FRIDAY, MONDAY = ago(12), ago(11), ago(8)
"""Closed days on which people work."""
IN_RANGE = f"day BETWEEN '{FIRST}' AND '{LAST}'"


def full(table: str) -> str:
    """Return a table's name as SQL writes it."""
    return f"github.copilot_usage.{table}"


def asked(table: str, scope: str, *, columns: str = "*", first: date = FIRST, last: date = LAST) -> str:
    """Return a query of a range of days."""
    days = f"day BETWEEN '{first}' AND '{last}'"
    return f"SELECT {columns} FROM {full(table)} WHERE {scope} = '{SCOPES[scope]}' AND {days}"


@pytest.fixture(scope="module", autouse=True)
def known_day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Let it be noon of a known day, in a home of its own, for what a whole module shares too."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CACHE", "CONFIG", "DATA", "STATE"):
            patch.setenv(f"XDG_{name}_HOME", str(tmp_path_factory.getbasetemp() / "usage" / name.lower()))
        patch.setattr(clock, "now", lambda: datetime.combine(TODAY, time(12), UTC))
        yield


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    """Read the built-in documents."""
    return Catalog.default()


@pytest.fixture(scope="session")
def usage(served: Sandbox) -> Mapping[str, Usage]:
    """Compute what is there, by scope."""
    return {scope: oracle.download(served, RANGE, **{scope: name}) for scope, name in SCOPES.items()}


@pytest.fixture(scope="session")
def twin(
    served: Sandbox, usage: Mapping[str, Usage], catalog: Catalog, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Twin]:
    """Fill DuckDB alone with the rows of the enterprise and both organizations."""
    made = Twin(catalog, tmp_path_factory.mktemp("twin"))
    for scope, name in SCOPES.items():
        made.fill(scope, name, usage[scope])
    made.fill("org", OTHER, oracle.download(served, RANGE, org=OTHER))
    yield made
    made.close()


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """Serve a small enterprise with two organizations; of this seed, fields change their type within the range."""
    from stackduck.sandbox import serve

    with serve(seed=7, today=TODAY, users=12) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def github(served: Sandbox) -> Sandbox:
    """Give what is served, with no requests so far."""
    served.requests.clear()
    return served


@pytest.fixture(scope="module")
def connect(github: Sandbox) -> Iterator[Connect]:
    """Give a function that connects to it; connections last as long as the module."""
    with ExitStack() as opened:

        def run(archive: Path | bool, **options: Any) -> stackduck.Connection:
            made = stackduck.connect(api_url=github.api_url, token=github.token, archive=archive, **options)
            opened.callback(_closed, made)
            return made

        yield run


def _closed(connection: stackduck.Connection) -> None:
    with suppress(InterfaceError):
        connection.close()


def sorted_text(rows: Sequence[Sequence[object]]) -> list[str]:
    """Return rows as text, in an order that does not depend on the query's."""
    return sorted(map(str, rows))
