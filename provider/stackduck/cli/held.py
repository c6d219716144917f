"""The rows of `stackduck config`: the settings of the configuration, then what no file may say. No secret is shown."""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Iterable, Iterator, Mapping

from stackduck.config.keys import KEYS, PARAMETER, Rule

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog
    from stackduck.config import Configuration, Setting

Row = tuple[str, str | None, str, str | None, int | None, str, str | None]

_TYPES = {
    "setting": "VARCHAR",
    "value": "VARCHAR",
    "source": "VARCHAR",
    "place": "VARCHAR",
    "line": "BIGINT",
    "set_by": "VARCHAR",
    "note": "VARCHAR",
}
SQL = "SELECT " + ", ".join(f"unnest(${name}::{kind}[]) AS {name}" for name, kind in _TYPES.items())
"""The query of the rows, which takes its columns as parameters."""

_FILES: Mapping[Rule, str] = {
    "any file": "any file",
    "lower only": "any file, a repository's to lower it",
    "user file": "the user's own file",
}
_NO_FILE = "no file: it decides who is asked, and as whom"
_TOKENS = ("GH_TOKEN", "GITHUB_TOKEN", "STACKQL_GITHUB_PASSWORD")


def columns(held: Configuration, options: argparse.Namespace) -> Mapping[str, list[object]]:
    """Return what holds, a list for each column."""
    unused = _unused(held.defaults, options.registry)
    rows = [*(_row(setting, unused) for setting in held.settings.values()), *_outside(options)]
    return {name: [row[at] for row in rows] for at, name in enumerate(_TYPES)}


def _unused(defaults: Iterable[str], registry: list[str]) -> Mapping[str, str]:
    """Return the defaults that no table needs, with what is to be said of each."""
    if not defaults:
        return {}
    from stackduck.catalog.names import Catalog, did_you_mean

    known = frozenset(_required(Catalog.default(registry)))
    told = "no table needs a parameter of that name; an SQL file may declare one"
    return {name: f"{told}{did_you_mean(name, known)}" for name in defaults if name not in known}


def _required(catalog: Catalog) -> Iterator[str]:
    """Yield the parameters without which some table cannot be read, lower case."""
    for provider in catalog.provider_names():
        for service in catalog.provider(provider).services:
            for name in catalog.service(provider, service).resources:
                resource = catalog.resource(provider, service, name)
                yield from (each.lower() for method in resource.methods_for("select") for each in method.required)


def _row(setting: Setting, unused: Mapping[str, str]) -> Row:
    key = KEYS.get(setting.name, PARAMETER)
    ways = [way for way in (key.option, key.variable, _FILES[key.rule]) if way]
    place = setting.place or None
    notes = [note for note in (setting.note, unused.get(setting.name.removeprefix("defaults."))) if note]
    return (
        *(setting.name, _shown(setting), setting.source, place, setting.line),
        *("; ".join(ways), "; ".join(notes) or None),
    )


def _shown(setting: Setting) -> str | None:
    """Write a value; what is built in may depend on the machine."""
    if setting.name == "archive":
        return _archive(setting)
    if setting.name == "output" and setting.value is None:
        return "table on a terminal, json elsewhere"
    return f"{setting.value:g}" if isinstance(setting.value, float) else str(setting.value)


def _archive(setting: Setting) -> str:
    from stackduck.engine.archive.days import root_folder

    return "none" if setting.value is False else str(root_folder(setting.value))


def _outside(options: argparse.Namespace) -> Iterator[Row]:
    """Yield what only the command line and the environment say."""
    from stackduck.api.hosts import GITHUB
    from stackduck.api.pulling import PUBLIC

    api_url = "the sandbox's" if options.sandbox else GITHUB
    yield _found("api_url", options.api_url, "GITHUB_API_URL", built_in=api_url)
    yield _token(options)
    folders = os.pathsep.join(options.registry)
    yield _found("registry", folders, "STACKDUCK_REGISTRY", built_in="what comes with stackduck")
    yield _found("registry_url", options.registry_url, "STACKDUCK_REGISTRY_URL", built_in=PUBLIC)


def _found(name: str, given: str | None, variable: str, *, built_in: str) -> Row:
    """Return the row of what an option or else a variable says; a URL's user and password are left out."""
    option = f"--{name.replace('_', '-')}"
    said = os.environ.get(variable, "").strip()
    value, source, place = built_in, "built-in", None
    if given:
        value, source, place = given, "flag", option
    elif said and not built_in.startswith("the sandbox"):
        value, source, place = said, "environment variable", variable
    return name, re.sub(r"//[^/@]*@", "//", value), source, place, None, f"{option}; {variable}; {_NO_FILE}", None


def _token(options: argparse.Namespace) -> Row:
    """Return the row of the token: where it is, never what."""
    set_by = f"--token-env; {'; '.join(_TOKENS)}; gh; {_NO_FILE}"
    known = next((name for name in _TOKENS if os.environ.get(name, "").strip()), None)
    if options.sandbox:
        return "token", "the sandbox's", "flag", "--sandbox", None, set_by, None
    if options.token_env:
        return "token", f"in {options.token_env}", "flag", "--token-env", None, set_by, None
    if known:
        return "token", f"in {known}", "environment variable", known, None, set_by, None
    return "token", "what gh auth token gives", "built-in", None, None, set_by, None
