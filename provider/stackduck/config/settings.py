"""What holds in the end: flag over environment variable over repository's file over user's file over what is built in.

A limit in a repository's file holds where it is lower than what would hold without it. Whose data is asked for is one
question: a file that names an enterprise or an organization hides the other one of a file that it goes before.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

from stackduck.config.files import ConfigFile, Held
from stackduck.config.keys import DEFAULTS, KEYS, Key
from stackduck.frozen import frozen

Source = Literal["flag", "environment variable", "repository file", "user file", "built-in"]

WHOSE = frozenset({"enterprise", "org"})
"""Parameters that stand for one another: whose data it is."""


@frozen
class Given:
    """A value that the command line gives."""

    value: object
    option: str


@frozen
class Setting:
    """A value that holds, and where it comes from."""

    name: str
    value: Any
    """None where what is built in is for others to know."""
    source: Source
    place: str = ""
    """The option, the variable, or the file."""
    line: int | None = None
    note: str = ""
    """What it goes before, or why another value does not hold."""

    @property
    def origin(self) -> str:
        """Where it comes from, in a word or two: --max-calls, or /home/ann/stackduck.toml:3."""
        return f"{self.place}:{self.line}" if self.line else self.place or self.source


@frozen
class Configuration:
    """All that holds."""

    settings: Mapping[str, Setting]
    """By full name: output, limits.max_calls, defaults.enterprise."""
    files: tuple[ConfigFile, ...] = ()
    """The files that were read, the one that goes before first."""
    warnings: tuple[str, ...] = ()
    """What a file wants and does not get."""

    def value(self, name: str) -> Any:
        """Return what holds for a key."""
        return self.settings[name].value

    @property
    def defaults(self) -> Mapping[str, str]:
        """The default parameters."""
        found = ((name.partition("."), setting) for name, setting in self.settings.items())
        return {parts[2]: setting.value for parts, setting in found if parts[0] == DEFAULTS and parts[1]}


def hold(
    given: Mapping[str, Given], *, environ: Mapping[str, str], user: ConfigFile | None, repository: ConfigFile | None
) -> Configuration:
    """Return what holds.

    `given` has what the command line says, by key, and `environ` the environment's variables; a file is None where
    there is none.
    """
    files = tuple(file for file in (repository, user) if file)
    settings: dict[str, Setting] = {}
    warnings: list[str] = []
    for key in KEYS.values():
        settings[key.name], refused = _settled(key, given.get(key.name), environ, files)
        warnings += [refused] if refused else []
    return Configuration({**_defaults(files), **settings}, files, tuple(warnings))


def _settled(
    key: Key, given: Given | None, environ: Mapping[str, str], files: tuple[ConfigFile, ...]
) -> tuple[Setting, str]:
    """Return what holds for a key, and what is to be told of a file that does not get its will."""
    above = [Setting(key.name, given.value, "flag", given.option)] if given else []
    if key.variable and environ.get(key.variable):
        above.append(Setting(key.name, environ[key.variable], "environment variable", key.variable))
    below = [_from_file(key.name, file, file.settings[key.name]) for file in files if key.name in file.settings]
    below.append(Setting(key.name, key.built_in, "built-in"))
    refused = _refused(key, below)
    ranked = [*above, *(below[1:] if refused else below)]
    told = f"{refused}; use {key.option} {below[0].value:g}" if refused and not above else ""
    return replace(ranked[0], note="; ".join(filter(None, (refused, _over(ranked))))), told


def _refused(key: Key, ranked: list[Setting]) -> str:
    """Say why the first of these does not hold; nothing where it does."""
    first = ranked[0]
    if key.rule != "lower only" or first.source != "repository file" or first.value <= ranked[1].value:
        return ""
    bound = ranked[1]
    whose = "that is built in" if bound.source == "built-in" else f"of {bound.origin}"
    asked = f"{key.name} = {first.value:g} of {first.origin}"
    return f"{asked} does not hold: a repository's file may lower the {bound.value:g} {whose}, not raise it"


def _defaults(files: tuple[ConfigFile, ...]) -> dict[str, Setting]:
    """Return the default parameters; the first file that names one decides."""
    found: dict[str, list[Setting]] = {}
    hidden: set[str] = set()
    for file in files:
        for name, held in file.defaults.items():
            if name not in hidden:
                setting = _from_file(f"{DEFAULTS}.{name}", file, held)
                found.setdefault(setting.name, []).append(setting)
        if WHOSE & file.defaults.keys():
            hidden |= WHOSE - file.defaults.keys()
    return {name: replace(ranked[0], note=_over(ranked)) for name, ranked in found.items()}


def _from_file(name: str, file: ConfigFile, held: Held) -> Setting:
    source: Source = "user file" if file.trust == "user" else "repository file"
    return Setting(name, held.value, source, _shown(file.path), held.line)


def _shown(path: Path) -> str:
    return str(path.absolute())


def _over(ranked: list[Setting]) -> str:
    """Say what a value goes before, where somebody said something."""
    rest = [each for each in ranked[1:] if each.source != "built-in"]
    return f"over {', '.join(f'{each.value} of {each.origin}' for each in rest)}" if rest else ""
