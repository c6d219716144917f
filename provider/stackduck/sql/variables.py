"""?, $name, :name and '{{ name }}' become values that DuckDB binds; none is ever pasted into the text.

Owns the styles of placeholders and which value goes to which. Raises ProgrammingError, naming the variable, for one
that is missing or that stands where it cannot be bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import field

from stackduck.errors import InterfaceError, ProgrammingError
from stackduck.frozen import frozen
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


@frozen
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

    `values` is a mapping for named placeholders or a sequence for `?` and `$1`; `session` has the lower-case names of
    the variables that DuckDB itself holds (SET VARIABLE). Raises ProgrammingError for a missing variable.
    """
    found = placeholders(statement)
    if not found:
        return Bound(statement)
    if isinstance(values, (str, bytes)) or not isinstance(values, (Mapping, Sequence, type(None))):
        raise InterfaceError("parameters must be a sequence for ? or a mapping for $name")
    edits: list[Edit] = []
    parameters: dict[str, object] = {}
    held: list[tuple[Token, str]] = []
    count = 0
    for token, name in found:
        if not name:
            count += 1
        key = name or str(count)
        if name and name.lower() in session and not (isinstance(values, Mapping) and name in values):
            held.append((token, name))
            continue
        parameters[key] = _value(values, key)
        if token.text != f"${key}":
            edits.append(Edit(token.start, token.end, f"${key}"))
    # DuckDB takes either all values of a statement from the session or none.
    edits += [Edit(t.start, t.end, f"getvariable('{name}')" if parameters else f"${name}") for t, name in held]
    text = splice(statement.text, edits)
    rewritten = Statement(text, tuple(tokenize(text))) if edits else statement
    named = frozenset(parameters) if isinstance(values, Mapping) else frozenset()
    taken = max((int(k) for k in parameters if k.isdigit()), default=0)
    return Bound(rewritten, parameters, named, 0 if isinstance(values, Mapping) else taken)


def merged(values: Values | None, own: Mapping[str, object]) -> Values | None:
    """Return the user's values and a statement's own. Raises InterfaceError for placeholders that DuckDB cannot mix."""
    if not own:
        return values
    if values is not None and not isinstance(values, Mapping):
        raise InterfaceError("'{{ .path }}' and ? cannot stand in one script; give the values of $name as a mapping")
    return {**(values or {}), **own}


def names(statement: Statement) -> frozenset[str]:
    """Return the names of the statement's placeholders."""
    return frozenset(name for _, name in placeholders(statement) if name)


def set_by(statement: Statement) -> frozenset[str]:
    """Return the lower-case name of the variable that SET VARIABLE gives a value; nothing for any other statement."""
    tokens = statement.tokens
    is_set = len(tokens) > 2 and tokens[0].is_word("SET") and tokens[1].is_word("VARIABLE")
    return frozenset((tokens[2].name.lower(),)) if is_set else frozenset()


def check_enough(script: Iterable[Statement], values: Values | None) -> None:
    """Raise ProgrammingError if the statements of a script have more positional placeholders than there are values."""
    needed = sum(map(_positional, script))
    given = len(values or ())
    if needed > given and not isinstance(values, Mapping):
        raise ProgrammingError(
            f"missing value for placeholder {given + 1}; {needed} {'value is' if needed == 1 else 'values are'} needed "
            f"and {given} {'was' if given == 1 else 'were'} given"
        )


def _positional(statement: Statement) -> int:
    """Return how many values of a sequence the statement takes."""
    found = [name for _, name in placeholders(statement)]
    return max(found.count(""), max((int(name) for name in found if name.isdigit()), default=0))


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


def placeholders(statement: Statement) -> list[tuple[Token, str]]:
    """Return every placeholder with its name ('' for a question mark), in order."""
    found: list[tuple[Token, str]] = []
    tokens = statement.tokens
    for i, token in enumerate(tokens):
        if token.kind == "named":
            found.append((token, token.text[1:]))
        elif token.kind == "symbol" and token.text == "?":
            after = tokens[i + 1] if i + 1 < len(tokens) else token
            is_numbered = after.kind == "number" and after.start == token.end and after.text.isdigit()
            whole = Token("named", token.text + after.text, token.start, after.end) if is_numbered else token
            found.append((whole, after.text if is_numbered else ""))
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
