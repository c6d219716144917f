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
from stackduck.files.model import Bound, Expectations, ExpectedColumn, Parameter, Range, SqlFile, Values
from stackduck.files.yaml_lines import Located, YamlError, load
from stackduck.output import FORMATS

__all__ = ["Expectations", "FrontMatterError", "Parameter", "SqlFile", "parse", "read"]

_FENCE = re.compile(r"--[ \t]+---[ \t]*\Z")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NUMBER = re.compile(r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?\Z")
_BOOLEANS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
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
        root = load("\n".join(lines) + "\n")
        return _declared(plain, _shifted(root, first - 1))
    except YamlError as exc:
        raise FrontMatterError(_with_remedy(str(exc)), path=path, line=first - 1 + exc.line) from None
    except _Flaw as exc:
        raise FrontMatterError(str(exc), path=path, line=exc.line) from None


class _Flaw(Exception):
    """Something that front matter does not say rightly, and its line in the file."""

    def __init__(self, message: str, line: int) -> None:
        super().__init__(message)
        self.line = line


def _block(text: str, path: Path) -> tuple[int, list[str]] | None:
    """Return the number of the front matter's first line and its lines, without their dashes; None for none."""
    start: int | None = None
    inner: list[str] = []
    for number, line in enumerate(text.removeprefix("\ufeff").splitlines(), 1):
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


def _shifted(node: Located, by: int) -> Located:
    """Return a tree whose lines are those of the file."""
    value = node.value
    if isinstance(value, Mapping):
        value = {key: _shifted(each, by) for key, each in value.items()}
    elif not isinstance(value, str) and value is not None:
        value = [_shifted(each, by) for each in value]
    return replace(node, value=value, line=node.line + by)


def _with_remedy(problem: str) -> str:
    return f"{problem}; quote a text that has a colon, a comma or a bracket in it"


def _declared(plain: SqlFile, root: Located) -> SqlFile:
    if root.value is None:
        return replace(plain, is_declared=True)
    keys = _keys(root, "name", "description", "parameters", "one of", "output", "expect", where="the front matter")
    parameters = _parameters(keys.get("parameters"))
    expect = keys.get("expect")
    return replace(
        plain,
        name=_text(keys.get("name"), "name") or plain.name,
        description=" ".join(_text(keys.get("description"), "description").split()),
        parameters=parameters,
        one_of=_one_of(keys.get("one of"), parameters),
        output=_output(keys.get("output")),
        expect=_expectations(expect, parameters) if expect is not None and expect.value is not None else None,
        is_declared=True,
    )


def _parameters(node: Located | None) -> tuple[Parameter, ...]:
    if node is None or node.value is None:
        return ()
    declared: dict[str, Parameter] = {}
    for name, each in _mapping(node, "parameters").items():
        if not _NAME.match(name):
            raise _Flaw(f"'{name}' cannot be the name of a parameter; use letters, digits and _", each.line)
        if name.lower() in declared:
            raise _Flaw(f"the parameters '{declared[name.lower()].name}' and '{name}' differ only in case", each.line)
        declared[name.lower()] = _parameter(name, each)
    return tuple(declared.values())


def _parameter(name: str, node: Located) -> Parameter:
    """Read one parameter: a mapping, or its type alone."""
    if not isinstance(node.value, Mapping):
        return Parameter(name, _text(node, name) or "VARCHAR", line=node.line)
    keys = _keys(node, "type", "description", "default", where=f"the parameter {name}")
    return Parameter(
        name,
        type=_text(keys.get("type"), "type") or "VARCHAR",
        description=_text(keys.get("description"), "description"),
        default=_plain(keys["default"]) if "default" in keys else None,
        has_default="default" in keys,
        line=node.line,
    )


def _one_of(node: Located | None, parameters: Sequence[Parameter]) -> tuple[str, ...]:
    if node is None or node.value is None:
        return ()
    names = _texts(node, "one of")
    known = {each.name: each for each in parameters}
    for name in names:
        if name not in known:
            raise _Flaw(f"one of: no parameter '{name}' is declared{did_you_mean(name, known)}", node.line)
        if known[name].has_default:
            raise _Flaw(f"one of: '{name}' has a default; leave the default out", node.line)
    if len(set(names)) < 2:
        raise _Flaw("one of: name two parameters or more, of which one is given", node.line)
    return names


def _output(node: Located | None) -> str | None:
    name = _text(node, "output")
    if name and name not in FORMATS:
        line = node.line if node else 0
        raise _Flaw(
            f"output: no format '{name}'{did_you_mean(name, FORMATS) or '; known: ' + ', '.join(FORMATS)}", line
        )
    return name or None


def _expectations(node: Located, parameters: Sequence[Parameter]) -> Expectations:
    keys = _keys(node, "rows", "columns", "values", "equals", "with", where="expect")
    rows = keys.get("rows")
    return Expectations(
        rows=_row_range(rows) if rows is not None and rows.value is not None else None,
        columns=_expected_columns(keys.get("columns")),
        values=tuple(_values(name, each) for name, each in _mapping(keys.get("values"), "values").items()),
        equals=_text(keys.get("equals"), "equals") or None,
        given=_given(keys.get("with"), {each.name for each in parameters}),
        line=node.line,
    )


def _row_range(node: Located) -> Range:
    found = _range(node, "rows")
    for each in (found.min, found.max):
        if each is not None and (not isinstance(each, int) or each < 0):
            raise _Flaw(f"rows: '{each}' is no number of rows", node.line)
    return found


def _expected_columns(node: Located | None) -> tuple[ExpectedColumn, ...]:
    """Read names in a list, or a mapping of names to types."""
    if node is None or node.value is None:
        return ()
    if isinstance(node.value, Mapping):
        return tuple(ExpectedColumn(name, _text(each, name) or None) for name, each in node.value.items())
    return tuple(ExpectedColumn(name) for name in _texts(node, "columns"))


def _values(column: str, node: Located) -> Values:
    if not isinstance(node.value, Mapping):
        return Values(column, _range(node, column), line=node.line)
    keys = _keys(node, "min", "max", "nulls", where=f"the values of {column}")
    bounds = Range(*(_bound(keys[key], key) if key in keys else None for key in ("min", "max")))
    _check_order(bounds, node.line)
    allows_null = _boolean(keys["nulls"], "nulls") if "nulls" in keys else True
    return Values(column, bounds, allows_null, node.line)


def _range(node: Located, where: str) -> Range:
    """Read {min: …, max: …}, or the one value that is both."""
    if not isinstance(node.value, Mapping):
        bound = _bound(node, where)
        return Range(bound, bound)
    keys = _keys(node, "min", "max", where=where)
    found = Range(*(_bound(keys[key], key) if key in keys else None for key in ("min", "max")))
    _check_order(found, node.line)
    return found


def _check_order(bounds: Range, line: int) -> None:
    if isinstance(bounds.min, int | float) and isinstance(bounds.max, int | float) and bounds.min > bounds.max:
        raise _Flaw(f"min {bounds.min} is greater than max {bounds.max}", line)


def _bound(node: Located, where: str) -> Bound:
    text = _text(node, where)
    if not text:
        raise _Flaw(f"{where}: a number or a text is needed", node.line)
    if node.is_quoted or not _NUMBER.match(text):
        return text
    return int(text) if re.fullmatch(r"[-+]?[0-9]+", text) else float(text)


def _given(node: Located | None, known: set[str]) -> dict[str, str | None]:
    found: dict[str, str | None] = {}
    for name, each in _mapping(node, "with").items():
        if name not in known:
            raise _Flaw(f"with: no parameter '{name}' is declared{did_you_mean(name, known)}", each.line)
        found[name] = None if each.value is None else _text(each, name)
    return found


def _plain(node: Located) -> object:
    """Return a default as text, None, or a list or mapping of such."""
    value = node.value
    if isinstance(value, Mapping):
        return {key: _plain(each) for key, each in value.items()}
    return value if value is None or isinstance(value, str) else [_plain(each) for each in value]


def _keys(node: Located, *known: str, where: str) -> Mapping[str, Located]:
    """Return a mapping's values; a key that is not known is an error."""
    found = _mapping(node, where)
    for key, each in found.items():
        if key not in known:
            hint = did_you_mean(key, known) or f"; known: {', '.join(known)}"
            is_torn = each.value is None
            quoting = ", and quote a text that has a comma in it" if is_torn else ""
            raise _Flaw(f"{where} has no key '{key}'{hint}{quoting}", each.line)
    return found


def _mapping(node: Located | None, where: str) -> Mapping[str, Located]:
    if node is None or node.value is None:
        return {}
    if not isinstance(node.value, Mapping):
        raise _Flaw(f"{where} must be a mapping (key: value), not {node.kind}", node.line)
    return node.value


def _text(node: Located | None, where: str) -> str:
    if node is None or node.value is None:
        return ""
    if not isinstance(node.value, str):
        raise _Flaw(f"{where} must be a text, not {node.kind}", node.line)
    return node.value.strip()


def _texts(node: Located, where: str) -> tuple[str, ...]:
    if isinstance(node.value, str | Mapping) or node.value is None:
        raise _Flaw(f"{where} must be a list ([a, b]), not {node.kind}", node.line)
    return tuple(_text(each, where) for each in node.value)


def _boolean(node: Located, where: str) -> bool:
    found = _BOOLEANS.get(_text(node, where).lower())
    if found is None:
        raise _Flaw(f"{where} must be yes or no, not {node.kind}", node.line)
    return found
