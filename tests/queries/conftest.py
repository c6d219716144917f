"""A made-up enterprise and an organization of it, asked by the queries and read whole by plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import stackduck

from .. import usage_oracle as oracle
from .expected import CHANGES, World

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

SCOPES = {"enterprise": "octo-demo", "org": "octo-demo-eng"}
LONG = 62
"""Days of the users report that tests ask for: a whole month before this one."""
SHORT = 28
AROUND = 3
"""Days around the changes in what GitHub counts."""


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    """Serve an enterprise."""
    from stackduck.sandbox import serve

    with serve(seed=7, users=25) as sandbox:
        yield sandbox


@pytest.fixture(scope="session")
def connection(served: Sandbox, tmp_path_factory: pytest.TempPathFactory) -> Iterator[stackduck.Connection]:
    """Connect to it; what one query has fetched is there for the next."""
    archive: Path = tmp_path_factory.mktemp("archive")
    with stackduck.connect(api_url=served.api_url, token=served.token, archive=archive) as connection:
        yield connection


@pytest.fixture(scope="session", params=list(SCOPES))
def scope(request: pytest.FixtureRequest) -> dict[str, str]:
    """Give the enterprise, or the organization, as a parameter of the queries."""
    return {request.param: SCOPES[request.param]}


@pytest.fixture(scope="session")
def world(served: Sandbox, scope: dict[str, str]) -> World:
    """Read all that GitHub has of it."""
    today = datetime.now(UTC).date()
    long, short = (oracle.days_between(today - timedelta(n), today - timedelta(1)) for n in (LONG, SHORT))
    around = [day + timedelta(n) for day in CHANGES for n in range(-AROUND, AROUND)]
    usage = oracle.download(served, long, **scope, reports=["users"])
    usage.entity = oracle.download(served, [*short, *around], **scope, reports=["entity"]).entity
    shorter = oracle.download(served, short, **scope, reports=["user_teams", "repos"])
    usage.user_teams, usage.repos = shorter.user_teams, shorter.repos
    return World(today, usage, oracle.download_seats(served, **scope))
