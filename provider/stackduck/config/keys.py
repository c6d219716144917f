"""The keys that a file may hold: what their values are, and which file may set them.

There are two files. The user's own, in the configuration folder, is as much to be trusted as the user's environment.
A `stackduck.toml` beside SQL files came with a repository, perhaps a stranger's: it may say what its queries are about
and how they are shown, and may be more careful than the user with the API, but never less. So it

- may set default parameters, which only ever fill what a query leaves out, and only where nothing is changed;
- may set the output format, which decides nothing but the look;
- may lower a limit, and not raise it: the limits guard the user's account from a statement;
- may not set the archive: its folder is written, what lies in it is believed, and it holds what people did;
- may not set the pace of a sync, whose lowest value means none at all.

No file may name a host, a registry, a credential or the variable that holds one: a word in a file would then decide
where a token goes.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Literal

from stackduck.frozen import frozen
from stackduck.output import FORMATS

Rule = Literal["any file", "lower only", "user file"]
"""Which file may set a key: both, a repository's only to lower it, or the user's alone."""

DEFAULTS = "defaults"
"""The table of default parameters, whose keys are the parameters' names."""


@frozen
class Key:
    """A key of the files, by its full name: limits.max_calls."""

    name: str
    wanted: str
    """What its value is, in words."""
    read: Callable[[object], object]
    """Returns the value of what TOML gave; raises ValueError for what is none, with no word of it."""
    rule: Rule
    built_in: object
    """What holds where nobody says anything; None where that is for others to know."""
    option: str
    """The option of the command line that says the same."""
    variable: str = ""
    """The environment variable that does."""


def whole(value: object, *, least: int) -> int:
    """Read a whole number."""
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ValueError
    return value


def seconds(value: object) -> float:
    """Read a number of seconds, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or math.isnan(value) or value < 0:
        raise ValueError
    return float(value)


def output(value: object) -> str:
    """Read a format that needs no file."""
    if not isinstance(value, str) or value not in SHOWN_FORMATS:
        raise ValueError
    return value


def archive(value: object) -> str | bool:
    """Read a folder, named from the root or from the home, or false for none."""
    if value is False:
        return False
    if not isinstance(value, str) or not value.startswith(("/", "~")) or "\0" in value:
        raise ValueError
    return value


def parameter(value: object) -> str:
    """Read the value of a parameter, as the text that a statement would give."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and value.strip() and value.isprintable():
        return value
    if isinstance(value, (int, date)) and not isinstance(value, datetime):
        return str(value)
    raise ValueError


def kind_of(value: object) -> str:
    """Name what TOML gave, with no word of its content."""
    kinds: tuple[tuple[type | tuple[type, ...], str], ...] = (
        (bool, "true or false"),
        ((int, float), "this number"),
        (str, "this text"),
        ((datetime, date, time), "a date or time"),
        (list, "a list"),
    )
    return next((name for kind, name in kinds if isinstance(value, kind)), "a table")


SHOWN_FORMATS = tuple(name for name in FORMATS if name != "parquet")

KEYS = {
    key.name: key
    for key in (
        Key("output", f"one of {', '.join(SHOWN_FORMATS)}", output, "any file", None, "--output"),
        Key(
            "archive",
            "a folder, from / or ~ on, or false for none",
            archive,
            "user file",
            None,
            "--archive",
            "STACKDUCK_ARCHIVE",
        ),
        Key(
            "limits.max_calls",
            "a whole number, 0 or more",
            lambda value: whole(value, least=0),
            "lower only",
            2_000,
            "--max-calls",
        ),
        Key("limits.max_wait", "a number of seconds, 0 or more", seconds, "lower only", 60.0, "--max-wait"),
        Key(
            "limits.concurrency",
            "a whole number, 1 or more",
            lambda value: whole(value, least=1),
            "lower only",
            8,
            "--concurrency",
        ),
        Key(
            "limits.pace",
            "a whole number of calls a minute, or 0 for as many as can be",
            lambda value: whole(value, least=0),
            "user file",
            900,
            "--pace",
        ),
    )
}
"""Every key but the default parameters'."""

PARAMETER = Key(DEFAULTS, "a text, a whole number, true, false or a day", parameter, "any file", None, "")
"""What holds for each default parameter."""

TABLES = (DEFAULTS, *dict.fromkeys(name.partition(".")[0] for name in KEYS if "." in name))

SECRETS = frozenset({"token", "password", "secret", "credential", "api_key", "github_token", "gh_token"})
"""Names of what is no default of anything."""

REFUSED = {
    "api_url": "--api-url or GITHUB_API_URL",
    "token_env": "--token-env",
    "registry": "--registry or STACKDUCK_REGISTRY",
    "registry_url": "--registry-url or STACKDUCK_REGISTRY_URL",
    "auth": "--auth",
    "allow_writes": "--allow-writes",
    **dict.fromkeys(SECRETS, "GH_TOKEN"),
}
"""What no file may set, and how the user does."""
