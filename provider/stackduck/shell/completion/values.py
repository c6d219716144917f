"""Which values a parameter or a column is known to have: allowed, used before, kept in the archive, seen in an answer.

Truth comes from what documents allow, from what was typed in statements that hold no secret, and from data that is
already here. Nothing is asked of anybody.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, date, datetime
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING

from stackduck.engine.session import Session, quoted
from stackduck.errors import Error
from stackduck.reports.calendar import default_window
from stackduck.shell.completion.columns import fields_of
from stackduck.shell.secrets import has_secret

if TYPE_CHECKING:
    from pathlib import Path

    from stackduck.engine.archive.days import Archive, Holding

_READ_ENTRIES = 2_000
"""So many of the newest entries of the history are looked through."""
_MOST = 200
"""A field with more values than this is no list to choose from."""
_LONGEST = 100
_LITERAL = r"'((?:[^']|'')*)'"
_COMPARED = re.compile(rf"@?\b([a-z_]\w*)\s*(?:=|==|\bIN\s*\()\s*((?:{_LITERAL}\s*,?\s*)+)", re.IGNORECASE)
_STRINGS = re.compile(_LITERAL)
_FILES = "read_parquet($paths, hive_partitioning = false, union_by_name = true)"
_READ_DAYS = 7
"""So many of the newest days of a report are looked through."""

Known = tuple[str, str]
"""A value, and where it is known from."""


class Values:
    """The values that are known here."""

    def __init__(
        self,
        *,
        archive: Callable[[], Archive | None],
        typed: Callable[[], Sequence[str]],
        known: Callable[[str], Sequence[str]],
        scopes: Callable[[], Mapping[str, Sequence[str]]],
        defaults: Mapping[str, str],
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """`typed` are the entries of the history, oldest first; `known` gives the values of a name from elsewhere.

        `scopes` gives the enterprises and organizations of a sandbox.
        """
        self._archive, self._typed, self._known, self._scopes = archive, typed, known, scopes
        self._defaults, self._now = defaults, now
        self._kept: Mapping[str, Sequence[str]] = {}
        self._there: Mapping[str, Sequence[str]] = {}
        self._seen: dict[str, Counter[str]] = {}
        self._processed: date | None = None
        self._newest: dict[Holding, Mapping[date, Path]] = {}

    def of(self, name: str, *, allowed: Sequence[str] = ()) -> Iterator[Known]:
        """Yield the values of a name, the likeliest first; the first place that knows a value says where from."""
        key = name.lower()
        found = {value: "allowed" for value in allowed}
        for values, note in (
            ((self._defaults[key],) if key in self._defaults else (), "default"),
            (self._known(key), ""),
            (used_in(self._typed(), key), "used before"),
            (self._kept.get(key, ()), "in the archive"),
            (self._there.get(key, ()), "in the sandbox"),
            ((value for value, _ in self._seen.get(key, Counter[str]()).most_common()), "seen"),
        ):
            for value in values:
                found.setdefault(value, note)
        return iter(found.items())

    def days(self) -> Iterator[Known]:
        """Yield days for a condition on a date, the latest processed one first."""
        window = default_window(today=self._now().date(), processed=self._processed)
        for day in reversed(window):
            yield day.isoformat(), _weekday(day) + (", latest processed" if day == window[-1] else "")

    def see(self, names: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
        """Remember the texts of an answer's rows by the names of its columns, the most frequent of each."""
        for at, name in enumerate(names):
            known = self._seen.setdefault(name.lower(), Counter())
            found = Counter(text for row in rows if isinstance(text := row[at], str))
            for text, times in found.most_common(_MOST):
                is_short = 0 < len(text) <= _LONGEST
                if text in known or (is_short and len(known) < _MOST and not has_secret(text)):
                    known[text] += times

    def learn(self, goes_on: Callable[[], bool] = lambda: True) -> None:
        """Read in the archive whose reports are kept, and what their newest days name, on any thread.

        `goes_on` is asked between two reports.
        """
        # What is found in an entry is remembered, so that no key press has to look through them all.
        for _ in used_in(self._typed(), ""):
            pass
        self._there = self._scopes()
        archive = self._archive()
        if archive is not None:
            self._read(archive, goes_on)

    def _read(self, archive: Archive, goes_on: Callable[[], bool]) -> None:
        kept: dict[str, dict[str, None]] = {name: dict.fromkeys(values) for name, values in self._kept.items()}
        for holding in filter(lambda _: goes_on(), archive.holdings()):
            kept.setdefault(holding.scope, {}).setdefault(holding.name)
            newest = _newest(archive, holding)
            if newest and self._newest.get(holding) != newest:
                self._newest[holding] = newest
                self._processed = max(filter(None, (self._processed, max(newest))))
                for name, value in _texts(list(map(str, newest.values()))):
                    kept.setdefault(name, {}).setdefault(value)
        self._kept = {name: tuple(values) for name, values in kept.items()}


def used_in(entries: Sequence[str], name: str) -> Iterator[str]:
    """Yield the values with which a name is compared in entries of the history, the latest entry's first."""
    found: dict[str, None] = {}
    for entry in islice(reversed(entries), _READ_ENTRIES):
        for compared, value in _compared_in(entry):
            if compared == name:
                found.setdefault(value)
    return iter(found)


@lru_cache(maxsize=2 * _READ_ENTRIES)
def _compared_in(entry: str) -> tuple[tuple[str, str], ...]:
    """Return names and the literals with which they are compared: org = 'x', or org IN ('x', 'y')."""
    if "'" not in entry or len(entry) > 50 * _LONGEST or has_secret(entry):
        return ()
    return tuple(
        (match[1].lower(), value.replace("''", "'"))
        for match in _COMPARED.finditer(entry)
        for value in _STRINGS.findall(match[2])
        if 0 < len(value) <= _LONGEST and not value.startswith("<")
    )


def _newest(archive: Archive, holding: Holding) -> dict[date, Path]:
    """Return the latest days that are kept of a report, the newest first, with their files."""
    home = archive.path(holding.report, holding.scope, holding.name, date.min).parent.parent
    found: dict[date, Path] = {}
    for path in sorted(home.glob("day=*/*.parquet"), reverse=True):
        with suppress(ValueError):
            found[date.fromisoformat(path.parent.name.removeprefix("day="))] = path
        if len(found) == _READ_DAYS:
            break
    return found


def _texts(paths: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts in a report's files, with the names of their fields: at the top, and in its lists."""
    session = Session()
    try:
        told = session.rows(f"DESCRIBE SELECT * FROM {_FILES}", {"paths": paths})
        fields = [field for name, kind, *_ in told for field in _fields(name, kind)]
        return [(name, value) for name, source in fields for value in _distinct(session, source, paths)]
    except Error:
        return []
    finally:
        session.close()


def _distinct(session: Session, source: str, paths: Sequence[str]) -> list[str]:
    """Return the values of a field; none where they are too many to choose from."""
    query = (
        f"SELECT DISTINCT value FROM (SELECT {source} AS value FROM {_FILES}) "
        f"WHERE value <> '' AND length(value) <= {_LONGEST} ORDER BY value LIMIT {_MOST + 1}"
    )
    found = [value for (value,) in session.rows(query, {"paths": paths})]
    return found if len(found) <= _MOST else []


def _fields(name: str, kind: str) -> list[tuple[str, str]]:
    """Return the texts of a column: itself, or those in its list of structs, each with what gives its values."""
    if kind == "VARCHAR":
        return [(name.lower(), quoted(name))]
    inner = fields_of(kind[:-2]) if kind.endswith("[]") else ()
    texts = [field.name for field in inner if field.type == "VARCHAR"]
    return [(text.lower(), f"unnest({quoted(name)}).{quoted(text)}") for text in texts]


def _weekday(day: date) -> str:
    return f"{day:%A}"
