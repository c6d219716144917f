"""What every test stands on: an environment without real tokens, a home of its own, and the sandbox."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from stackduck.sandbox import Sandbox

FOREIGN_VARIABLES = ("GITHUB_", "GH_", "STACKQL_", "STACKDUCK_")
FOREIGN_NAMES = {
    *("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "COLUMNS", "LINES"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE"),
}

# Who runs the tests in the background of a script has Ctrl-C ignored, here and in every process that starts here.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Hide the machine's tokens, proxies and colours, and give the test a home of its own."""
    for name in os.environ:
        if name.startswith(FOREIGN_VARIABLES) or name.upper() in FOREIGN_NAMES:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for name in ("CACHE", "CONFIG", "DATA", "STATE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / name.lower()))
    monkeypatch.setenv("GH_CONFIG_DIR", str(home / "gh"))
    return home


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """Serve the made-up enterprise for the whole run."""
    from stackduck.sandbox import serve

    with serve(seed=1) as github:
        yield github
