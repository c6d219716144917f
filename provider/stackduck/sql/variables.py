"""?, $name, :name and '{{ name }}' become values that DuckDB binds; none is ever pasted into the text.

Owns the styles of placeholders and which value goes to which. Raises ProgrammingError, naming the variable, for one
that is missing or that stands where it cannot be bound.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from stackduck.errors import InterfaceError, ProgrammingError
from stackduck.sql.rewrite import Edit, literal, splice
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import Token, string_value, tokenize

Values = Mapping[str, object] | Sequence[object]

_TEMPLATE = re.compile(r"\{\{\s*(.*?)\s*\}\}", re.DOTALL)
_NAME = re.compile(r"\w+\Z")
# Words after which an operand follows, so that `LIMIT :n` is a placeholder and `a :b` in a struct is not.
_BEFORE_OPERAND = frozenset(
    {
        *("SELECT", "DISTINCT", "WHERE", "AND", "OR", "NOT", "LIKE", "ILIKE", "IN", "BETWEEN", "LIMIT", "OFFSET"),
        *("THEN", "ELSE", "WHEN", "CASE", "ON", "HAVING", "QUALIFY", "BY", "VALUES", "IS", "FROM", "RETURNING"),
        *("SET", "USING", "GLOB", "SIMILAR", "TO", "ANY", "ALL", "SOME", "DEFAULT", "ESCAPE", "INTERVAL"),
    }
)


@dataclass(frozen=True, slots=True)
class Bound:
    """A statement whose placeholders DuckDB understands, with their values."""

    statement: Statement
    parameters: Mapping[str, object] = field(default_factory=dict)
    """Placeholder name ('1' for the first ?) to value."""
    used: frozenset[str] = frozenset()
    """The variables of the user's mapping that the statement names."""
    positional: int = 0
    """How many values of the user's sequence it took."""


def bind(statement: Statement, values: Values | None = None, *, session: frozenset[str] = frozenset()) -> Bound:
    """Bind one statement.

    `values` is a mapping for named placeholders or a sequence for `?` and `$1`; `session` names the variables that
    DuckDB itself holds (SET VARIABLE). Raises ProgrammingError for a missing variable.
    """
    placeholders = list(_placeholders(statement))
    if not placeholders:
        return Bound(statement)
    if isinstance(values, (str, bytes)) or not isinstance(values, (Mapping, Sequence, type(None))):
        raise InterfaceError("parameters must be a sequence for ? or a mapping for $name")
    edits: list[Edit] = []
    parameters: dict[str, object] = {}
    count = 0
    for token, name in placeholders:
        if not name:
            count += 1
        key = name or str(count)
        if name in session and not (isinstance(values, Mapping) and name in values):
            continue
        parameters[key] = _value(values, key)
        if token.text != f"${key}":
            edits.append(Edit(token.start, token.end, f"${key}"))
    text = splice(statement.text, edits)
    rewritten = Statement(text, tuple(tokenize(text))) if edits else statement
    named = frozenset(parameters) if isinstance(values, Mapping) else frozenset()
    taken = max((int(k) for k in parameters if k.isdigit()), default=0)
    return Bound(rewritten, parameters, named, 0 if isinstance(values, Mapping) else taken)


def check_all_used(values: Values | None, *, used: frozenset[str], positional: int) -> None:
    """Raise ProgrammingError if a value was given that no statement of the script names."""
    if isinstance(values, Mapping):
        extra = sorted(set(values) - used)
        if extra:
            raise ProgrammingError(f"unused variable {', '.join(map(repr, extra))}; no placeholder has that name")
    elif values is not None and len(values) > positional:
        raise ProgrammingError(f"{len(values)} values were given for {positional} placeholders")


def _value(values: Values | None, key: str) -> object:
    if isinstance(values, Mapping):
        if key in values:
            return values[key]
        if key.isdigit():
            raise ProgrammingError("the statement has a positional placeholder; give its values as a sequence")
        raise ProgrammingError(f"missing variable '{key}'; give it a value, for example --var {key}=…")
    if key.isdigit():
        if values is not None and int(key) <= len(values) and key != "0":
            return values[int(key) - 1]
        raise ProgrammingError(f"missing value for placeholder {key}; {len(values or ())} were given")
    if values is None or not len(values):
        raise ProgrammingError(f"missing variable '{key}'; give it a value, for example --var {key}=…")
    raise ProgrammingError(f"missing variable '{key}'; a named placeholder takes its value from a mapping")


def _placeholders(statement: Statement) -> list[tuple[Token, str]]:
    """Return every placeholder with its name ('' for a question mark), in order."""
    found: list[tuple[Token, str]] = []
    tokens = statement.tokens
    for i, token in enumerate(tokens):
        if token.kind == "named":
            found.append((token, token.text[1:]))
        elif token.kind == "symbol" and token.text == "?":
            found.append((token, ""))
        elif token.kind == "symbol" and token.text == ":" and _is_colon_placeholder(tokens, i):
            after = tokens[i + 1]
            found.append((Token("named", token.text + after.text, token.start, after.end), after.text))
        elif token.kind == "template":
            name = _TEMPLATE.sub(r"\1", token.text)
            raise ProgrammingError(
                f"the variable {{{{ {name} }}}} is not a whole literal; write '{{{{ {name} }}}}' or ${name}"
            )
        elif token.kind == "string":
            name = _template_name(token)
            if name:
                found.append((token, name))
    return found


def _template_name(token: Token) -> str:
    """Return the variable of a literal that is '{{ name }}' and nothing else; '' for a literal without any."""
    value = string_value(token)
    if value is None or "{{" not in value:
        return ""
    match = _TEMPLATE.search(value)
    if not match:
        return ""
    name = match.group(1)
    if match.group() != value.strip() or not _NAME.match(name):
        shown = name if _NAME.match(name) else "name"
        raise ProgrammingError(
            f"the variable '{{{{ {name} }}}}' is not a whole literal in {token.text}; "
            f"bind the whole value, for example '{{{{ {shown} }}}}', or concatenate: 'a-' || ${shown}"
        )
    return name


def _is_colon_placeholder(tokens: Sequence[Token], i: int) -> bool:
    """Tell :name from a slice, a struct's key and a prefix alias: an operand must be expected before it."""
    colon = tokens[i]
    if i + 1 >= len(tokens) or tokens[i + 1].kind != "word" or tokens[i + 1].start != colon.end:
        return False
    before = tokens[i - 1] if i else None
    if before is None:
        return True
    if before.kind == "symbol":
        if before.text == "[":
            return i < 2 or not _can_be_indexed(tokens[i - 2])
        return before.text not in (")", "]", "}", "?", ".")
    return before.end < colon.start and before.is_word(*_BEFORE_OPERAND)


def _can_be_indexed(token: Token) -> bool:
    """Tell whether [ after the token takes an element of it, and does not begin a list."""
    if token.kind == "word":
        return not token.is_word(*_BEFORE_OPERAND)
    return token.kind in ("quoted", "string", "named") or token.text in (")", "]", "}")


def inlined(text: str, parameters: Mapping[str, object]) -> str:
    """Return a text that DuckDB must store, such as a view's, with its bound values as literals."""
    edits = [
        Edit(t.start, t.end, literal(parameters[t.text[1:]]))
        for t in tokenize(text)
        if t.kind == "named" and t.text[1:] in parameters
    ]
    return splice(text, edits)
