"""Saved queries: those that come with stackduck, and the user's own in the folder of the configuration."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import Path

from stackduck.catalog.names import did_you_mean
from stackduck.cli.exits import UsageError
from stackduck.errors import MissingParameterError
from stackduck.shell.commands.model import Definition
from stackduck.shell.parameters import value
from stackduck.sql.rewrite import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.files.model import SqlFile
    from stackduck.shell.session import Session

_NAME = re.compile(r"\w[\w-]*\Z")


def run_saved(session: Session, argument: str, statement: str) -> None:
    """Run a saved query with its parameters, print it, or list them all."""
    try:
        words = shlex.split(argument)
    except ValueError as problem:
        raise UsageError(f"a quote in '{argument}' is open; close it") from problem
    if not words:
        _list(session)
    elif words[0] == "show" and len(words) == 2:
        session.display.tell(_read(words[1]).text.splitlines())
    else:
        _run(session, _read(words[0]), dict(map(_assignment, words[1:])))


def save(session: Session, argument: str, statement: str) -> None:
    """Keep a statement under a name, the latest unless one stands before the command."""
    text = statement or session.statement
    if not _NAME.match(argument):
        raise UsageError(f"'{argument}' is no name; write .save NAME, of letters, digits, _ and -")
    if not text:
        raise UsageError("no statement yet; run one first")
    path = own_folder() / f"{argument}.sql"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(f"{text};\n")
    except FileExistsError as problem:
        raise UsageError(f"{path} is there already; take another name, or remove it") from problem
    session.note(f"saved as {path}; .saved {argument} runs it")


def own_folder() -> Path:
    """Return the folder of the user's own queries, whether it exists or not."""
    from stackduck.config.places import user_file

    return user_file(os.environ).with_name("queries")


def saved() -> Mapping[str, Path]:
    """Return all saved queries by name; the user's own go first."""
    from stackduck.files.finding import ENDING, installed

    own = {path.stem: path for path in own_folder().glob(f"*{ENDING}")}
    return dict(sorted({**installed(), **own}.items()))


def _list(session: Session) -> None:
    from stackduck.files import front_matter
    from stackduck.files.front_matter import FrontMatterError

    rows = []
    for name, path in saved().items():
        try:
            file = front_matter.read(path)
            rows.append((name, _needs(file), file.description))
        except FrontMatterError as problem:
            rows.append((name, "", str(problem)))
    if not rows:
        session.note(f"no saved queries; .save NAME keeps the latest statement in {own_folder()}")
        return
    listed = ", ".join(f"({', '.join(map(literal, row))})" for row in rows)
    session.ask(f"SELECT * FROM (VALUES {listed}) AS saved(name, needs, description)")


def _needs(file: SqlFile) -> str:
    required = [each.name for each in file.parameters if file.is_required(each)]
    return " and ".join(filter(None, (" or ".join(file.one_of), *required)))


def _read(name: str) -> SqlFile:
    from stackduck.files import front_matter

    known = saved()
    if name not in known:
        raise UsageError(f"no saved query '{name}'{did_you_mean(name, known) or '; .saved lists them'}")
    return front_matter.read(known[name])


def _run(session: Session, file: SqlFile, given: Mapping[str, str]) -> None:
    if not file.is_declared:
        session.ask(file.text, {name: value(text) for name, text in given.items()})
        return
    try:
        values = _bound(session, file, given)
    except MissingParameterError as problem:
        needed = " ".join(f"{name}=<{name}>" for name in (problem.missing[:1] if file.one_of else problem.missing))
        command = " ".join([f".saved {file.path.stem}", *(f"{name}={shlex.quote(v)}" for name, v in given.items())])
        raise MissingParameterError(
            f"{file.path.stem} needs {' or '.join(problem.missing)}; write {command} {needed}",
            missing=problem.missing,
            corrected=f"{command} {needed}",
        ) from problem
    session.run_file(file, values)


def _bound(session: Session, file: SqlFile, given: Mapping[str, str]) -> Mapping[str, object]:
    """Return the values of a file's parameters: what is given, what .param holds, what is the default."""
    from stackduck.files.parameters import Caster, bind

    chosen = set(file.one_of) & set(given)
    held = {
        name: None if each is None else str(each)
        for name, each in session.settings.parameters.items()
        if file.parameter(name) and not (chosen and name in file.one_of)
    }
    caster = Caster()
    try:
        return bind(file, {**held, **given}, caster=caster, defaults=session.defaults).values
    finally:
        caster.close()


def _assignment(word: str) -> tuple[str, str]:
    name, equals, text = word.lstrip("-").partition("=")
    if not equals or not name:
        raise UsageError(f"'{word}' is not NAME=VALUE; write .saved NAME [PARAMETER=VALUE ...]")
    return name.replace("-", "_"), text


def _names(session: Session) -> Sequence[str]:
    return list(saved())


COMMANDS = (
    Definition("saved", "run a saved query, or list them", run_saved, "[NAME [PARAM=VALUE ...]]", values=_names),
    Definition("save", "keep the latest statement under a name", save, "NAME", follows_statement=True),
)
