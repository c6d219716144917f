"""Where the files are: the user's own, and the one that came with the SQL files or the folder that is worked in."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from stackduck.errors import ConfigurationError

NAME = "stackduck.toml"
"""The file of a repository."""


def user_file(environ: Mapping[str, str]) -> Path:
    """Return the user's own file, whether it exists or not."""
    if sys.platform == "win32":
        base = environ.get("APPDATA", "")
    elif sys.platform == "darwin" and not environ.get("XDG_CONFIG_HOME"):
        base = os.path.expanduser("~/Library/Application Support")
    else:
        base = environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # relative ones are to be ignored, says the XDG specification
        base = os.path.expanduser("~/.config")
    return Path(base, "stackduck", "config.toml")


def repository_file(paths: Iterable[Path], *, working: Path) -> Path | None:
    """Return the file that counts for SQL files or folders, else the one for the folder that is worked in.

    It is the nearest `stackduck.toml` from a folder upwards, as far as the repository or the home goes; outside of both
    only the folder itself is looked at, as anybody may write in /tmp. Raises ConfigurationError where the paths lead to
    several.
    """
    found = {path: _nearest(path if os.path.isdir(path) else path.parent) for path in paths}
    files = dict.fromkeys(file for file in found.values() if file)
    if len(files) > 1 or (files and None in found.values()):
        one, other = list(dict.fromkeys(map(str, (file or "none" for file in found.values()))))[:2]
        raise ConfigurationError(f"the SQL files have different configurations, {one} and {other}; run them apart")
    return next(iter(files), None) or _nearest(working)


def _nearest(folder: Path) -> Path | None:
    return next((file for each in _upwards(folder) if os.path.isfile(file := each / NAME)), None)


def _upwards(folder: Path) -> Iterator[Path]:
    """Yield the folder, then its parents up to the repository's or the user's; nothing where it is gone."""
    try:
        folder = Path(os.path.abspath(folder))
    except FileNotFoundError:
        return
    yield folder
    above = [folder, *folder.parents]
    last = next((each for each in above if os.path.exists(each / ".git")), None)
    if last is None and (home := Path(os.path.expanduser("~"))) in above:
        last = home
    if last is not None:
        yield from above[1 : above.index(last) + 1]
