"""One file: read, checked key by key, and every mistake told with its line.

A file may come from a stranger, so it is bounded in size, and no message repeats a value of it: a value in the wrong
place may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stackduck.config import keys
from stackduck.config.keys import DEFAULTS, KEYS, PARAMETER, REFUSED, SECRETS, TABLES, Key
from stackduck.errors import ConfigurationError
from stackduck.frozen import frozen

if TYPE_CHECKING:
    from stackduck.config.lines import Entry

Trust = Literal["user", "repository"]
"""Whose file it is."""

MOST_BYTES = 64 * 1024

_TOKEN = re.compile(r"\b(gh[pousr]_[A-Za-z0-9]{16}|github_pat_[A-Za-z0-9_]{16})")
"""What GitHub's tokens begin with, https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/"""


@frozen
class Held:
    """A value of a file."""

    value: object
    line: int


@frozen
class ConfigFile:
    """What a file says."""

    path: Path
    trust: Trust
    settings: Mapping[str, Held] = field(default_factory=dict)
    """By full key name: limits.max_calls."""
    defaults: Mapping[str, Held] = field(default_factory=dict)
    """Parameter name → its default, a text."""


def read(path: Path, *, trust: Trust) -> ConfigFile:
    """Read and check a file. Raises ConfigurationError for what it must not hold, OSError where it cannot be read."""
    with path.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise ConfigurationError(
            f"{path}: a configuration of more than {MOST_BYTES // 1024} kB; leave out what is none"
        )
    return parse(content, path=path, trust=trust)


def parse(content: bytes, *, path: Path, trust: Trust) -> ConfigFile:
    """Check the content of a file. Raises ConfigurationError for what it must not hold."""
    import tomllib

    from stackduck.config.lines import entries

    text = _decoded(content, path)
    checker = _Checker(path, trust)
    if found := _TOKEN.search(text):
        line = text.count("\n", 0, found.start()) + 1
        raise checker.error(
            line, "there is what looks like a GitHub token; take it out, revoke it, and put the next one into GH_TOKEN"
        )
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError as exc:
        raise _syntax_error(path, str(exc)) from None
    except RecursionError:
        raise ConfigurationError(f"{path}: it is nested too deep; write tables and plain values") from None
    return checker.checked(entries(text))


def _decoded(content: bytes, path: Path) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content.count(b"\n", 0, exc.start) + 1
        raise ConfigurationError(
            f"{path} line {line}: it is not UTF-8 text; save it as UTF-8", path=path, line=line
        ) from None


def _syntax_error(path: Path, message: str) -> ConfigurationError:
    """Return the error for what is not TOML, from tomllib's words: Invalid value (at line 3, column 5)."""
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    line = int(found[1]) if found else None
    # Some of its messages repeat a key, none a value.
    what = message.partition(" (at ")[0]
    place = f"{path} line {line}" if line else f"{path}, at its end"
    return ConfigurationError(f"{place}: it is not TOML: {what[:1].lower()}{what[1:]}", path=path, line=line)


class _Checker:
    """Turns the entries of one file into what it says."""

    def __init__(self, path: Path, trust: Trust) -> None:
        self._path, self._trust = path, trust

    def checked(self, found: Iterable[Entry]) -> ConfigFile:
        """Return what the entries say; raises ConfigurationError for the first mistake."""
        settings: dict[str, Held] = {}
        defaults: dict[str, Held] = {}
        for entry in found:
            if len(entry.path) == 1 and entry.path[0] in TABLES:
                self._check_table(entry)
            elif entry.path[0] == DEFAULTS:
                name = self._parameter(entry)
                if name in defaults:
                    raise self.error(entry.line, f"{DEFAULTS}.{name} is given twice; parameters have no case")
                defaults[name] = Held(self._value(entry, PARAMETER, f"{DEFAULTS}.{name}"), entry.line)
            else:
                key = self._key(entry)
                settings[key.name] = Held(self._value(entry, key, key.name), entry.line)
        return ConfigFile(self._path, self._trust, settings, defaults)

    def error(self, line: int, text: str) -> ConfigurationError:
        """Return the error for a line of the file."""
        return ConfigurationError(f"{self._path} line {line}: {text}", path=self._path, line=line)

    def _check_table(self, entry: Entry) -> None:
        if not isinstance(entry.value, dict):
            name = entry.path[0]
            raise self.error(entry.line, f"{name} is a table, not {keys.kind_of(entry.value)}; write [{name}]")

    def _parameter(self, entry: Entry) -> str:
        if len(entry.path) > 2:
            raise self.error(entry.line, f"a default is NAME = VALUE in [{DEFAULTS}], with no tables within")
        name = entry.path[1].lower()
        if name in SECRETS:
            raise self._refused(entry, name)
        if not re.fullmatch(r"[\w.-]+", name):
            raise self.error(entry.line, f"a key of [{DEFAULTS}] is the name of a parameter, such as enterprise or org")
        return name

    def _key(self, entry: Entry) -> Key:
        """Return the key of an entry; raises the error for one that is none, or not this file's to set."""
        name = ".".join(entry.path)
        for part in entry.path:
            if part.lower() in REFUSED:
                raise self._refused(entry, part.lower())
        if name not in KEYS:
            raise self.error(entry.line, f"there is no key '{name}'{_meant(name)}")
        key = KEYS[name]
        if key.rule == "user file" and self._trust == "repository":
            raise self.error(
                entry.line, f"{name} can be set in the user's own file alone, not in a repository's; use {key.option}"
            )
        return key

    def _refused(self, entry: Entry, name: str) -> ConfigurationError:
        why = "no secret belongs there" if name in SECRETS else "a file must not decide who is asked, and as whom"
        return self.error(entry.line, f"{name} cannot be set in a file: {why}; use {REFUSED[name]}")

    def _value(self, entry: Entry, key: Key, name: str) -> object:
        try:
            return key.read(entry.value)
        except ValueError:
            raise self.error(entry.line, f"{name} is {key.wanted}, not {keys.kind_of(entry.value)}") from None


def _meant(name: str) -> str:
    """Return what was meant by an unknown key; one that stands in the wrong table is found by its last part."""
    from stackduck.catalog.names import did_you_mean

    known = [*KEYS, *TABLES]
    last = name.rpartition(".")[2]
    same = [each for each in known if each.rpartition(".")[2] == last]
    if same:
        return f"; did you mean '{same[0]}'?"
    if "." not in name and last in ("enterprise", "org"):
        return f"; did you mean '{DEFAULTS}.{last}'?"
    return did_you_mean(name, known) or f"; the keys are {', '.join([*KEYS, f'{DEFAULTS}.<parameter>'])}"
