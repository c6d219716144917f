"""Statements against the sandbox, over real sockets."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

import pytest

import stackduck
from stackduck.api.caller import Pause

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox


@pytest.fixture(scope="session")
def parsed_documents(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keep the documents' parsed form from test to test."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def without_waiting(monkeypatch: pytest.MonkeyPatch, clean_environment: Path, parsed_documents: Path) -> None:
    """Try again at once, and parse no document twice."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(parsed_documents))

    def go_on(pause: Pause, seconds: float, stop: Event) -> None: ...

    monkeypatch.setattr(Pause, "wait", go_on)


@pytest.fixture
def github(sandbox: Sandbox) -> Sandbox:
    """Give the sandbox, with no requests so far."""
    sandbox.requests.clear()
    return sandbox


@pytest.fixture
def connection(github: Sandbox) -> Iterator[stackduck.Connection]:
    """Connect to the sandbox."""
    with stackduck.connect(api_url=github.api_url, token=github.token) as connection:
        yield connection


@pytest.fixture
def asked(github: Sandbox) -> Callable[[], list[str]]:
    """Return a function that lists the paths asked, sorted, with their query."""

    def paths() -> list[str]:
        return sorted(
            request.path + ("?" if request.query else "") + "&".join(f"{k}={v}" for k, v in request.query.items())
            for request in github.requests
        )

    return paths
