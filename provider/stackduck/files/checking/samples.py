"""Values for the variables of a file, so that it can be planned without any: defaults, and samples of their types.

A variable that is text may have to be a day or a number where it stands; samples that do not fit make way for others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from stackduck.engine.bounds import TimeBound
from stackduck.engine.session import Session
from stackduck.errors import DatabaseError
from stackduck.files.model import Parameter, SqlFile

_TEXT = "VARCHAR"
_ELEMENT = "[x]"
_UUID = "00000000-0000-0000-0000-000000000000"
_LATELY = timedelta(days=9)


class UnfitDefaultError(Exception):
    """A parameter whose type there is not, or whose default is no value of it."""

    def __init__(self, message: str, parameter: Parameter) -> None:
        super().__init__(message)
        self.parameter = parameter


class Typist:
    """Makes values of DuckDB's types, on a database of its own; what it made once it knows."""

    def __init__(self, session: Session, *, seconds: float) -> None:
        """Take the seconds that one value may take."""
        self._session = session
        self._time = TimeBound(session, seconds=seconds)
        self._made: dict[str, object] = {}
        self._cast: dict[tuple[str, str], object] = {}

    def close(self) -> None:
        """Let go of the database, which is another's to close."""
        self._time.close()

    def value(self, parameter: Parameter) -> object:
        """Return a parameter's default, else a sample of its type. Raises UnfitDefaultError."""
        if parameter.has_default:
            return self._default(parameter)
        key = parameter.type.upper()
        if key not in self._made:
            self._made[key] = self._sample(parameter)
        return self._made[key]

    def _default(self, parameter: Parameter) -> object:
        key = parameter.type, repr(parameter.default)
        if key not in self._cast:
            self._check_type(parameter)
            try:
                found = self._rows(f"SELECT CAST($value AS {parameter.type})", {"value": parameter.default})
            except DatabaseError as exc:
                text = f"the default of {parameter.name}, '{parameter.default}', is no {parameter.type}"
                raise UnfitDefaultError(text, parameter) from exc
            self._cast[key] = found[0][0]
        return self._cast[key]

    def _sample(self, parameter: Parameter) -> object:
        self._check_type(parameter)
        ways = (f"TRY_CAST('{text}' AS {parameter.type})" for text in (*_samples(), "true", _UUID, _ELEMENT, "[1]"))
        try:
            return self._rows(f"SELECT coalesce({', '.join(ways)})", {})[0][0]
        except DatabaseError:
            return None

    def _rows(self, sql: str, parameters: Mapping[str, object]) -> list[tuple[Any, ...]]:
        with self._time:
            return self._session.rows(sql, parameters)

    def _check_type(self, parameter: Parameter) -> None:
        """Tell a type from any other text: only a type makes one column of a table."""
        try:
            told = self._session.describe(f"SELECT CAST(NULL AS {parameter.type}) AS value", {})
        except DatabaseError:
            told = []
        if [column for column, _ in told] != ["value"]:
            raise UnfitDefaultError(f"DuckDB has no type '{parameter.type}'", parameter)


class Samples:
    """The values with which one file is planned; where one of several parameters is given, each in its turn."""

    def __init__(self, file: SqlFile, typist: Typist) -> None:
        self._file = file
        self._fixed = {each.name: typist.value(each) for each in file.parameters if not _is_open(each)}
        self._tried: dict[str, int] = {}
        """How many samples each has given up, the latest to do so last."""

    def options(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of a statement's variables of which one is given."""
        wanted = set(names)
        return tuple(name for name in self._file.one_of if name in wanted)

    def turns(self, names: Collection[str], options: Sequence[str]) -> Iterator[Mapping[str, object]]:
        """Yield the values of a statement's variables, once for each of the options, which go without the others."""
        for chosen in options or [""]:
            left_out = set(self._file.one_of) - {chosen}
            yield {name: None if name in left_out else self._value(name) for name in names}

    def give_way(self, message: str, values: Mapping[str, object]) -> dict[str, object] | None:
        """Return other values where a message complains of a sample; None where it does not, or there are no more."""
        # Of several with the value that is blamed, the one before fitted until the latest was changed.
        latest = [*reversed(self._tried), *(name for name in values if name not in self._tried)]
        for name, value in ((name, values[name]) for name in latest if name in values):
            is_blamed = isinstance(value, str) and (f"'{value}'" in message or f'"{value}"' in message)
            at = self._tried.get(name, 0) + 1
            if is_blamed and name not in self._fixed and at < len(_of_text(name)):
                self._tried.pop(name, None)
                self._tried[name] = at
                return {**values, name: _of_text(name)[at]}
        return None

    def begin_anew(self) -> None:
        """Let every text be its first sample again."""
        self._tried.clear()

    def _value(self, name: str) -> object:
        if name in self._fixed:
            return self._fixed[name]
        is_undeclared = self._file.is_declared and self._file.parameter(name) is None
        return None if is_undeclared else _of_text(name)[0]


def _is_open(parameter: Parameter) -> bool:
    """Tell whether a parameter may be any text."""
    return parameter.type.upper() == _TEXT and not parameter.has_default


def _of_text(name: str) -> tuple[str, ...]:
    """Return the samples of a text: its own name, which a message can show, then what it may have to be."""
    return (name, *_samples(), "true")


def _samples() -> tuple[str, str]:
    day = datetime.now(UTC).date() - _LATELY
    return day.isoformat(), "7"
