"""A SQL file's front matter: YAML in leading comments, which every SQL tool ignores, becomes declarations.

It stands between two lines `-- ---` before the first statement, each of its lines a comment. Runs nothing; what is
wrong is told with its line in the file.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from stackduck.catalog.names import did_you_mean
from stackduck.errors import ProgrammingError
from stackduck.files.model import Expectations, Parameter, SqlFile
from stackduck.files.stated import expectations
from stackduck.files.yaml_lines import Located, YamlError, load
from stackduck.files.yaml_values import Flaw, keys_of, mapping_of, plain_of, text_of, texts_of
from stackduck.output import FORMATS

__all__ = ["Expectations", "FrontMatterError", "Parameter", "SqlFile", "parse", "read"]

_FENCE = re.compile(r"--[ \t]+---[ \t]*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_LARGEST = 16 * 1024 * 1024


class FrontMatterError(ProgrammingError):
    """Front matter that cannot be read; `line` counts from 1 in the file."""

    def __init__(self, message: str, *, path: Path, line: int) -> None:
        super().__init__(f"{path}:{line}: {message}")
        self.path = path
        self.line = line
        self.problem = message
        """The message without the place."""


def read(path: Path) -> SqlFile:
    """Read a SQL file. Raises FrontMatterError, ProgrammingError for what is no text, and OSError."""
    with path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise ProgrammingError(f"{path}: larger than {_LARGEST // 1024**2} MiB; a file of SQL is smaller")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as exc:
        line = content[: exc.start].count(b"\n") + 1
        raise ProgrammingError(f"{path}:{line}: the file is not UTF-8 text") from None
    return parse(text, path=path)


def parse(text: str, *, path: Path) -> SqlFile:
    """Read the text of a SQL file; without front matter its name is the file's, and nothing is declared."""
    plain = SqlFile(path, text, path.stem)
    found = _block(text, path)
    if found is None:
        return plain
    first, lines = found
    try:
        return _declared(plain, load("\n".join(lines) + "\n", first=first))
    except YamlError as exc:
        raise FrontMatterError(_with_remedy(str(exc)), path=path, line=exc.line) from None
    except Flaw as exc:
        raise FrontMatterError(str(exc), path=path, line=exc.line) from None


def _block(text: str, path: Path) -> tuple[int, list[str]] | None:
    """Return the number of the front matter's first line and its lines, without their dashes; None for none."""
    start: int | None = None
    inner: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        stripped = line.strip()
        if _FENCE.match(stripped):
            if start is not None:
                return start, inner
            start = number + 1
        elif start is not None:
            if not stripped.startswith("--"):
                problem = "the front matter is not closed; end it with a line '-- ---'"
                raise FrontMatterError(problem, path=path, line=number)
            inner.append(stripped[2:].removeprefix(" "))
        elif stripped and not stripped.startswith("--"):
            return None
    if start is not None:
        raise FrontMatterError("the front matter is not closed; end it with '-- ---'", path=path, line=start - 1)
    return None


def _with_remedy(problem: str) -> str:
    return f"{problem}; quote a text that has a colon, a comma or a bracket in it"


def _declared(plain: SqlFile, root: Located) -> SqlFile:
    if root.value is None:
        return replace(plain, is_declared=True)
    given = keys_of(root, "name", "description", "parameters", "one of", "output", "expect", where="the front matter")
    parameters = _parameters(given.get("parameters"))
    expect = given.get("expect")
    return replace(
        plain,
        name=text_of(given.get("name"), "name") or plain.name,
        description=" ".join(text_of(given.get("description"), "description").split()),
        parameters=parameters,
        one_of=_one_of(given.get("one of"), parameters),
        output=_output(given.get("output")),
        expect=expectations(expect, parameters) if expect is not None and expect.value is not None else None,
        is_declared=True,
    )


def _parameters(node: Located | None) -> tuple[Parameter, ...]:
    if node is None or node.value is None:
        return ()
    declared: dict[str, Parameter] = {}
    for name, each in mapping_of(node, "parameters").items():
        if not _NAME.match(name):
            raise Flaw(f"'{name}' cannot be the name of a parameter; use letters, digits and _", each.line)
        if name.lower() in declared:
            raise Flaw(f"the parameters '{declared[name.lower()].name}' and '{name}' differ only in case", each.line)
        declared[name.lower()] = _parameter(name, each)
    return tuple(declared.values())


def _parameter(name: str, node: Located) -> Parameter:
    """Read one parameter: a mapping, or its type alone."""
    if not isinstance(node.value, Mapping):
        return Parameter(name, text_of(node, name) or "VARCHAR", line=node.line)
    given = keys_of(node, "type", "description", "default", where=f"the parameter {name}")
    return Parameter(
        name,
        type=text_of(given.get("type"), "type") or "VARCHAR",
        description=text_of(given.get("description"), "description"),
        default=plain_of(given["default"]) if "default" in given else None,
        has_default="default" in given,
        line=node.line,
    )


def _one_of(node: Located | None, parameters: Sequence[Parameter]) -> tuple[str, ...]:
    if node is None or node.value is None:
        return ()
    names = texts_of(node, "one of")
    known = {each.name: each for each in parameters}
    for name in names:
        if name not in known:
            raise Flaw(f"one of: no parameter '{name}' is declared{did_you_mean(name, known)}", node.line)
        if known[name].has_default:
            raise Flaw(f"one of: '{name}' has a default; leave the default out", node.line)
    if len(set(names)) < 2:
        raise Flaw("one of: name two parameters or more, of which one is given", node.line)
    return names


def _output(node: Located | None) -> str | None:
    name = text_of(node, "output")
    if name and name not in FORMATS:
        line = node.line if node else 0
        raise Flaw(f"output: no format '{name}'{did_you_mean(name, FORMATS) or '; known: ' + ', '.join(FORMATS)}", line)
    return name or None
