"""What the options leave open, settled by the environment, the configuration files and what is built in.

The rules are those of stackduck.config; here options and files meet.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterable
from pathlib import Path

from stackduck.cli import messages
from stackduck.errors import ConfigurationError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.config import ConfigFile, Configuration, Given, Setting, Trust

OPTIONS = {
    "output": "output",
    "archive": "archive",
    "limits.max_calls": "max_calls",
    "limits.max_wait": "max_wait",
    "limits.concurrency": "concurrency",
    "limits.pace": "pace",
}
"""The keys of the files and the options that say the same; an option is None where it is not given."""


def settle(options: argparse.Namespace, *, beside: Iterable[str | Path] = ()) -> Configuration:
    """Fill what the options leave open, and return all that holds.

    `beside` are the SQL files or folders whose stackduck.toml counts, else that of the working folder does. A
    subcommand fills what options it has; `defaults` every one gets. The output is left as it is, since a file's ending
    goes before what a configuration says. Raises ConfigurationError.
    """
    held = configuration(options, beside=beside)
    for key, name in OPTIONS.items():
        if hasattr(options, name) and key not in ("output", "archive"):
            setattr(options, name, held.value(key))
    if hasattr(options, "archive"):
        _settle_archive(options, held.settings["archive"])
    options.defaults = dict(held.defaults)
    if not getattr(options, "quiet", False):
        for text in held.warnings:
            messages.warning(text)
    return held


def _settle_archive(options: argparse.Namespace, kept: Setting) -> None:
    """Say where days are kept; a sandbox or a recording keeps them to itself unless the command line says where."""
    options.no_archive = getattr(options, "no_archive", False)
    has_own = any(getattr(options, name, None) for name in ("sandbox", "record", "replay"))
    if kept.source == "flag" or has_own:
        return
    options.no_archive = kept.value is False
    options.archive = None if options.no_archive else kept.value


def configuration(options: argparse.Namespace, *, beside: Iterable[str | Path] = ()) -> Configuration:
    """Return what holds, without a change to the options."""
    from stackduck import config

    user = repository = None
    if not getattr(options, "no_config", False):
        user = _read(config.user_file(os.environ), trust="user")
        found = config.repository_file(map(Path, beside), working=Path())
        repository = _read(found, trust="repository") if found else None
    return config.hold(_given(options), environ=os.environ, user=user, repository=repository)


def _given(options: argparse.Namespace) -> dict[str, Given]:
    """Return what the command line says, by key."""
    from stackduck.config import Given

    found = {key: getattr(options, name, None) for key, name in OPTIONS.items()}
    given = {
        key: Given(value, f"--{OPTIONS[key].replace('_', '-')}") for key, value in found.items() if value is not None
    }
    if getattr(options, "no_archive", False):
        given["archive"] = Given(False, "--no-archive")
    return given


def _read(path: Path, *, trust: Trust) -> ConfigFile | None:
    """Read a file; None where there is none."""
    from stackduck import config

    if not os.path.exists(path):
        return None
    if not os.path.isfile(path):
        raise ConfigurationError(f"{path} is no file; a configuration is a TOML file", path=path)
    try:
        return config.read(path, trust=trust)
    except OSError as exc:
        raise ConfigurationError(f"cannot read {path}: {exc.strerror}", path=path) from exc
