"""The values of a file's parameters: what was given, what is by default, what is missing; each of its declared type.

Nothing is pasted: DuckDB casts every value, on a connection that reaches nothing, and binds it.
"""

from __future__ import annotations

from collections.abc import Mapping

from stackduck.catalog.names import did_you_mean
from stackduck.engine.session import Session
from stackduck.errors import DatabaseError, MissingParameterError, ProgrammingError
from stackduck.files.model import Parameter, SqlFile
from stackduck.files.places import has_templates, variables_of
from stackduck.frozen import frozen


@frozen
class Bound:
    """What a file runs with."""

    values: Mapping[str, object]
    """By variable; all that the file's statements name."""
    taken: Mapping[str, str]
    """The values that a configuration gave, by parameter."""
    warnings: tuple[str, ...] = ()


class Caster:
    """A DuckDB of its own that turns text into values; it has no file and no network."""

    def __init__(self) -> None:
        self._session: Session | None = None

    def value(self, value: object, file: SqlFile, parameter: Parameter) -> object:
        """Return a value of the parameter's type. Raises ProgrammingError for one that has no such value."""
        if self._session is None:
            self._session = Session(is_offline=True)
        place = f"{file.path}:{parameter.line}:"
        if not self._is_type(parameter.type):
            raise ProgrammingError(f"{place} the parameter {parameter.name} has no DuckDB type: '{parameter.type}'")
        try:
            return self._session.rows(f"SELECT CAST($value AS {parameter.type})", {"value": value})[0][0]
        except DatabaseError as exc:
            reason = str(exc).split("\n")[0]
            raise ProgrammingError(
                f"{place} {parameter.name} = {_shown(value)} is no {parameter.type}: {reason}"
            ) from exc

    def _is_type(self, name: str) -> bool:
        """Tell a type from any other text: only a type makes one column of a table."""
        assert self._session is not None
        try:
            told = self._session.describe("SELECT CAST(NULL AS " + name + ") AS value", {})
        except DatabaseError:
            return False
        return [column for column, _ in told] == ["value"]

    def close(self) -> None:
        """Close the connection."""
        if self._session is not None:
            self._session.close()


def bind(
    file: SqlFile, given: Mapping[str, str | None], *, caster: Caster, defaults: Mapping[str, str] | None = None
) -> Bound:
    """Return the values of a file's variables.

    `given` is what the user gives; `defaults` are a configuration's, for parameters that have none. Raises
    ProgrammingError for a value that does not fit or that nothing declares, MissingParameterError for one that lacks.
    """
    used = variables_of(file)
    if not file.is_declared:
        return Bound(_undeclared(file, used, given, defaults or {}), {})
    _check_declared(file, used, given)
    texts, taken = _chosen(file, given, {name.lower(): value for name, value in (defaults or {}).items()})
    values = {name: caster.value(value, file, parameter) for name, parameter, value in _each(file, texts)}
    unused = [each for each in file.parameters if each.name not in used and not has_templates(file.text)]
    bound = {name: value for name, value in values.items() if all(each.name != name for each in unused)}
    told = tuple(f"{file.path}:{each.line}: the parameter {each.name} is declared and not used" for each in unused)
    return Bound(bound, taken, told)


def _undeclared(
    file: SqlFile, used: Mapping[str, int], given: Mapping[str, str | None], defaults: Mapping[str, str]
) -> dict[str, object]:
    """Return the values of a file without front matter, which are text."""
    if has_templates(file.text):
        return dict(given)
    for name in given:
        if name not in used:
            hint = did_you_mean(name, used) or "; no statement of the file names it"
            raise ProgrammingError(f"{file.path}: unused variable '{name}'{hint}")
    for name, line in used.items():
        if name not in given and name.lower() not in defaults:
            text = f"{file.path}:{line}: missing variable '{name}'; add --var {name}=VALUE"
            raise MissingParameterError(text, resource=file.name, missing=[name])
    return {name: given[name] if name in given else defaults[name.lower()] for name in used}


def _each(file: SqlFile, texts: Mapping[str, object]) -> list[tuple[str, Parameter, object]]:
    return [(each.name, each, texts[each.name]) for each in file.parameters]


def _check_declared(file: SqlFile, used: Mapping[str, int], given: Mapping[str, object]) -> None:
    declared = [each.name for each in file.parameters]
    for name, line in used.items():
        if name not in declared:
            hint = did_you_mean(name, declared) or "; declare it under parameters"
            raise ProgrammingError(f"{file.path}:{line}: the variable {name} is not declared{hint}")
    for name in given:
        if name not in declared:
            known = f"; declared: {', '.join(declared)}" if declared else "; the file declares none"
            hint = did_you_mean(name, declared) or known
            raise ProgrammingError(f"{file.path}: there is no parameter '{name}'{hint}")


def _chosen(
    file: SqlFile, given: Mapping[str, str | None], defaults: Mapping[str, str]
) -> tuple[dict[str, object], dict[str, str]]:
    """Return what each parameter is cast from, and what of it the configuration gave."""
    texts: dict[str, object] = {}
    taken: dict[str, str] = {}
    chosen = _one_of(file, given, defaults)
    for each in file.parameters:
        if each.name in given:
            texts[each.name] = given[each.name]
        elif each.name in file.one_of and each.name != chosen:
            texts[each.name] = None
        elif each.has_default:
            texts[each.name] = each.default
        elif each.name.lower() in defaults:
            texts[each.name] = taken[each.name] = defaults[each.name.lower()]
        else:
            raise _missing(file, [each.name])
    return texts, taken


def _one_of(file: SqlFile, given: Mapping[str, str | None], defaults: Mapping[str, str]) -> str | None:
    """Return which of the parameters is given, of which one must be."""
    if not file.one_of:
        return None
    named = [name for name in file.one_of if given.get(name) is not None]
    if len(named) > 1:
        raise ProgrammingError(f"{file.path}: {' and '.join(named)} exclude each other; give one of them")
    named = named or [name for name in file.one_of if name.lower() in defaults][:1]
    if not named:
        raise _missing(file, list(file.one_of))
    return named[0]


def _missing(file: SqlFile, names: list[str]) -> MissingParameterError:
    options = " or ".join(f"{option_of(name)} VALUE" for name in names)
    text = f"{file.path}: {file.name} needs {' or '.join(names)}; add {options}"
    return MissingParameterError(text, resource=file.name, missing=names)


def option_of(name: str) -> str:
    """Return the option of the command line that gives a parameter."""
    return f"--{name.replace('_', '-')}"


def _shown(value: object) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)
