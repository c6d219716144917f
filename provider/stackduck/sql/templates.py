"""StackQL's templates: a block of data at the top of a script, and '{{ .values.x }}' in its statements.

    <<<json {"values": {"org": "octo"}} >>>
    SELECT login FROM github.orgs.members WHERE org = '{{ .values.org }}'

Values are bound, never pasted into the text. A block may be Jsonnet too, which needs the extra `iql`. Owns finding the
blocks, reading them, and what stands for a value; variables.py binds it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping
from dataclasses import field
from importlib import import_module
from itertools import count
from typing import NoReturn

from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.rewrite import Edit, literal, splice
from stackduck.sql.statements import Statement, of_text
from stackduck.sql.tokens import Token, string_value

_NO_FILE = "a block reads no files; write what it imports into the block"
_BLOCK = re.compile(r"^[ \t]*<<<(jsonnet|json)\b(.*?)>>>", re.DOTALL | re.MULTILINE)
_TEMPLATE = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}", re.DOTALL)
_PATH = re.compile(r"(?:\.\w+(?:\[\d+\])*)+\Z")
_STEP = re.compile(r"\.(\w+)|\[(\d+)\]")
_EXTERNAL = re.compile(r"""extVar\(\s*(["'])(.+?)\1""")


@frozen
class Part:
    """A piece of a script and the data of its templates."""

    text: str
    data: object = None
    externals: frozenset[str] = frozenset()
    """The variables of the user's that the data was made of."""


@frozen
class Filled:
    """A statement whose templates are placeholders."""

    statement: Statement
    values: Mapping[str, object] = field(default_factory=dict)
    """Placeholder name → value."""


def parts(script: str, variables: object = None) -> list[Part]:
    """Cut a script at its blocks of data; a block holds for all that follows it up to the next.

    `variables` is what std.extVar of a Jsonnet block gives. Raises ProgrammingError for a block that cannot be read,
    NotSupportedError for Jsonnet without its package.
    """
    found: list[Part] = []
    data: object = None
    externals: frozenset[str] = frozenset()
    at = 0
    for match in _BLOCK.finditer(script):
        found.append(Part(script[at : match.start()], data, externals))
        data, externals = _evaluated(match[1], match[2], variables)
        at = match.end()
    return [*found, Part(script[at:], data, externals)]


def block(data: str) -> str:
    """Return a file of Jsonnet or JSON as a block in front of a script."""
    return f"<<<jsonnet\n{data}\n>>>\n" if _json(data) is None else f"<<<json\n{data}\n>>>\n"


def filled(statement: Statement, data: object) -> Filled:
    """Put a placeholder in place of every '{{ .path }}'.

    Raises ProgrammingError for a path that the data lacks, and for one that is not a whole literal.
    """
    edits: list[Edit] = []
    values: dict[str, object] = {}
    taken = {token.text[1:].lower() for token in statement.tokens if token.kind == "named"}
    names = (name for number in count(1) if (name := f"iql_{number}") not in taken)
    for token in statement.tokens:
        if "{{" not in token.text:
            continue
        path = _path(token)
        if path:
            name = next(names)
            values[name] = _bindable(_found(data, path), path, is_quoted=token.kind == "string")
            edits.append(Edit(token.start, token.end, f"${name}"))
    return Filled(of_text(splice(statement.text, edits)), values) if edits else Filled(statement)


def _path(token: Token) -> str:
    """Return the path that a token stands for; empty for a variable such as '{{ name }}', which is no path."""
    value = token.text if token.kind == "template" else string_value(token) if token.kind == "string" else token.name
    match = _TEMPLATE.search(value or "")
    if match is None or "." not in match[1]:
        return ""
    if token.kind not in ("string", "template"):
        raise ProgrammingError(f"{token.text} is a name, and a name cannot be bound; write it into the statement")
    if not _PATH.match(match[1]):
        raise ProgrammingError(f"'{match.group()}' is no path such as {{{{ .values.x }}}}; nothing else is filled in")
    if match.group() != (value or "").strip():
        raise ProgrammingError(
            f"'{match.group()}' is not a whole literal in {token.text}; write {_bound_way(value or '')}"
        )
    return match[1]


def _bound_way(text: str) -> str:
    """Return a text with templates in it as whole literals put together."""
    pieces: list[str] = []
    at = 0
    for match in _TEMPLATE.finditer(text):
        pieces += [literal(text[at : match.start()])] if match.start() > at else []
        pieces.append(f"'{match.group()}'")
        at = match.end()
    return " || ".join([*pieces, literal(text[at:])] if at < len(text) else pieces)


def _found(data: object, path: str) -> object:
    """Return what the data has at a path. Raises ProgrammingError, naming what there is, where it has nothing."""
    if data is None:
        raise ProgrammingError(
            f"'{{{{ {path} }}}}' needs data; begin the script with <<<json {{…}} >>>, or give --iqldata FILE"
        )
    shown = ""
    for match in _STEP.finditer(path):
        key: str | int = match[1] if match[2] is None else int(match[2])
        if not isinstance(data, Mapping if isinstance(key, str) else list) or key not in _keys(data):
            known = ", ".join(map(str, _keys(data)))
            raise ProgrammingError(f"the data has no {path}; {shown or 'it'} has {known or 'no fields'}")
        data = data[key]  # type: ignore[index]
        shown += match.group()
    return data


def _keys(data: object) -> Collection[object]:
    """Return what may follow a step: an object's fields, or an array's places."""
    if isinstance(data, Mapping):
        return data.keys()
    return range(len(data)) if isinstance(data, list) else ()


def _bindable(value: object, path: str, *, is_quoted: bool) -> object:
    """Return a value as it is bound: text in quotes, a number, true, false, NULL or a list without them."""
    if is_quoted:
        if value is None:
            raise ProgrammingError(f"{path} is null; write {{{{ {path} }}}} without quotes for NULL")
        return value if isinstance(value, str) else json.dumps(value)
    if isinstance(value, str):
        raise ProgrammingError(f"{path} is a text; write '{{{{ {path} }}}}' in quotes")
    return json.dumps(value) if isinstance(value, Mapping) else value


def _evaluated(language: str, text: str, variables: object) -> tuple[object, frozenset[str]]:
    """Return a block's data, and the names of the variables that it takes."""
    externals = frozenset(match[2] for match in _EXTERNAL.finditer(text)) if language == "jsonnet" else frozenset()
    if language == "jsonnet":
        text = _manifested(text, variables if isinstance(variables, Mapping) else {})
    data = _json(text)
    if not isinstance(data, dict):
        raise ProgrammingError(
            f"the <<<{language} block is no {'object' if data is not None else 'JSON'}; write <<<json {{…}} >>>"
        )
    return data, externals


def _manifested(text: str, variables: Mapping[str, object]) -> str:
    """Return the JSON that Jsonnet comes to."""
    try:
        jsonnet = import_module("_jsonnet")
    except ImportError as exc:
        raise NotSupportedError(
            "a <<<jsonnet block needs the package jsonnet; run pip install 'stackduck[iql]', or write <<<json"
        ) from exc
    externals = {name: str(value) for name, value in variables.items()}
    try:
        return str(jsonnet.evaluate_snippet("<<<jsonnet", text, ext_vars=externals, import_callback=_no_file))
    except RuntimeError as exc:
        _refuse(exc)


def _no_file(folder: str, name: str) -> NoReturn:
    """Refuse import and importstr: a script may be a stranger's, and reads no file but itself."""
    raise RuntimeError(_NO_FILE)


def _refuse(exc: RuntimeError) -> NoReturn:
    text = str(exc).strip().split("\n")[0]
    remedy = "; give it a value with --var NAME=VALUE" if "undefined external variable" in text else ""
    raise ProgrammingError(f"the <<<jsonnet block cannot be evaluated: {text}{remedy}") from exc


def _json(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return None
