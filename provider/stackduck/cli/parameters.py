"""The declared parameters of SQL files as options of a command: --days 30 beside --var days=30."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from stackduck.cli.exits import UsageError
from stackduck.cli.options import Parser

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.files.front_matter import Parameter, SqlFile

_MARK = "parameter "
"""What the names of such options begin with among those that were read: no other option's can."""


def parse(parser: Parser, arguments: Sequence[str]) -> argparse.Namespace:
    """Read the options; those that the command does not know may be a file's parameters, in `given`.

    `--min-days 3` and `--min-days=3` give the parameter min_days a value.
    """
    for name in _unknown(parser, arguments):
        parser.add_argument(name, dest=_MARK + name.removeprefix("--").replace("-", "_"), help=argparse.SUPPRESS)
    options = parser.parse_intermixed_args(arguments)
    told = {name: value for name, value in vars(options).items() if name.startswith(_MARK)}
    for name in told:
        delattr(options, name)
    options.given = {name.removeprefix(_MARK): value for name, value in told.items() if value is not None}
    return options


def _unknown(parser: Parser, arguments: Iterable[str]) -> list[str]:
    """Return the long options that the command itself does not have."""
    found = []
    for argument in arguments:
        if argument == "--":
            break
        name = argument.partition("=")[0]
        if name.startswith("--") and name not in found and not has_option(parser, name):
            found.append(name)
    return found


def has_option(parser: argparse.ArgumentParser, name: str) -> bool:
    """Tell whether a command has an option of its own by this name."""
    try:
        argparse.ArgumentParser(parents=[parser], add_help=False).add_argument(name, dest="_")
    except argparse.ArgumentError:
        return True
    return False


def read(names: Sequence[str]) -> list[SqlFile]:
    """Read the files that the arguments name. Raises ProgrammingError, and UsageError for what cannot be opened."""
    from stackduck.errors import ProgrammingError
    from stackduck.files import finding, front_matter

    try:
        paths = finding.find_all(names)
    except ProgrammingError as problem:
        raise UsageError(str(problem)) from problem
    files = []
    for path in paths:
        try:
            files.append(front_matter.read(path))
        except OSError as problem:
            raise UsageError(f"cannot read {path}: {problem.strerror}") from problem
    return files


def beside(files: Iterable[SqlFile]) -> list[Path]:
    """Return the files whose folders may hold a configuration: none of those that come with stackduck."""
    from stackduck.files.finding import queries_folder

    own = queries_folder()
    return [file.path for file in files if file.path.parent != own]


def shares(files: Sequence[SqlFile], options: argparse.Namespace) -> list[dict[str, str]]:
    """Return what each file gets of the values that were given. Raises UsageError for one that no file takes."""
    from stackduck.files.places import has_templates, variables_of

    given: Mapping[str, str] = {**options.given, **dict(options.var)}
    for name, value in options.given.items():
        if given[name] != value:
            raise UsageError(f"--var gives {name} another value than its option; give one of them")
    takers = [{each.name for each in file.parameters} or set(variables_of(file)) for file in files]
    is_open = any(has_templates(file.text) for file in files)
    taken = set().union(*takers)
    if not is_open and (left := [name for name in given if name not in taken]):
        raise UsageError(_nobodys(left[0], files, taken, is_option=left[0] in options.given))
    return [
        {name: value for name, value in given.items() if name in takes or has_templates(file.text)}
        for file, takes in zip(files, takers, strict=True)
    ]


def _nobodys(name: str, files: Sequence[SqlFile], taken: Iterable[str], *, is_option: bool) -> str:
    from stackduck.catalog.names import did_you_mean
    from stackduck.files.parameters import option_of

    known = [option_of(each) for each in sorted(taken)]
    shown = option_of(name) if is_option else f"--var {name}"
    whose = files[0].name if len(files) == 1 else "any of the files"
    listed = f"; its parameters are {', '.join(known)}" if known else "; it has no parameters"
    return f"{whose} has no parameter for {shown}{did_you_mean(option_of(name), known) or listed}"


def add_help(parser: Parser, files: Sequence[SqlFile], *, known: Parser) -> None:
    """Describe the files' parameters in the text of --help; `known` has the options of the command itself."""
    for file in files:
        group = parser.add_argument_group(f"parameters of {file.name}", file.description or None)
        for each in file.parameters:
            _add(group, known, each, told=_told(file, each))


def _add(group: argparse._ArgumentGroup, known: Parser, parameter: Parameter, *, told: str) -> None:
    from stackduck.files.parameters import option_of

    name = option_of(parameter.name)
    text, kind = told.replace("%", "%%"), parameter.type.replace("%", "%%")
    if has_option(known, name):
        # An option of the command has its name.
        group.add_argument(f"--var {parameter.name}={kind}", dest="_", metavar="", help=text)
    else:
        group.add_argument(name, dest=f"{_MARK}{parameter.name}", metavar=kind, help=text)


def _told(file: SqlFile, parameter: Parameter) -> str:
    notes = [parameter.description.rstrip(".")] if parameter.description else []
    if parameter.has_default:
        notes.append(f"default: {'NULL' if parameter.default is None else parameter.default}")
    elif parameter.name in file.one_of:
        notes.append(f"one of {', '.join(file.one_of)}")
    else:
        notes.append("required")
    return f"{notes[0]} ({'; '.join(notes[1:])})" if len(notes) > 1 else notes[0]
