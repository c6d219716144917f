"""Which SQL files a user means: files, folders, and the names of those that come with stackduck."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from stackduck.catalog.names import did_you_mean
from stackduck.errors import ProgrammingError

ENDING = ".sql"


def queries_folder() -> Path | None:
    """Return the folder of SQL files that comes with stackduck: in an installed package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    folders = (package / "queries", package.parents[1] / "queries")
    return next((folder for folder in folders if folder.is_dir()), None)


def installed() -> dict[str, Path]:
    """Return the SQL files that come with stackduck, by name, in the order of their names."""
    folder = queries_folder()
    return {path.stem: path for path in sorted(folder.glob(f"*{ENDING}"))} if folder else {}


def find(name: str, *, endings: Sequence[str] = (ENDING,)) -> tuple[Path, ...]:
    """Return the files that a FILE, FOLDER or NAME stands for; those of a folder in the order of their paths.

    Raises ProgrammingError for what is none of them or both a NAME and here, and for a folder without SQL files.
    """
    path = Path(name)
    is_bare = os.path.basename(name) == name
    known = installed() if is_bare else {}
    if name in known and path.exists():
        # A stranger's repository could put its own SQL in the place of what is known to do no harm.
        raise ProgrammingError(
            f"{name} comes with stackduck, and is a name here too; write ./{name} for what is here, "
            "or go to another folder for the other"
        )
    if path.is_dir():
        return _in_folder(path, endings)
    if path.exists():
        return (path,)
    if (found := known.get(name.removesuffix(ENDING))) is not None:
        return (found,)
    beside = did_you_mean(name, known) or "; stackduck queries lists the names of those that come with it"
    raise ProgrammingError(f"there is no file or folder {name}{beside}")


def find_all(names: Iterable[str], *, endings: Sequence[str] = (ENDING,)) -> tuple[Path, ...]:
    """Return the files that several names stand for, each once."""
    return tuple(dict.fromkeys(path for name in names for path in find(name, endings=endings)))


def _in_folder(folder: Path, endings: Sequence[str]) -> tuple[Path, ...]:
    found = sorted(
        path
        for ending in endings
        for path in folder.rglob(f"*{ending}")
        if path.is_file() and not any(part.startswith(".") for part in path.relative_to(folder).parts)
    )
    if not found:
        raise ProgrammingError(f"there is no file *{' or *'.join(endings)} in {folder}")
    return tuple(found)
