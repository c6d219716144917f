"""What became of a batch of changes of which one failed: which rows were applied, which was not, which were not sent.

Words alone. Of a row it shows what tells it from the others, and no value of a body but a name: others may be secrets.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from stackduck.errors import Error, OperationalError

if TYPE_CHECKING:
    from stackduck.sql.changing.changes import Change, Row

_INTERRUPTED = "interrupted"
_UNKNOWN = "what was under way may have been carried out: check before you repeat it"
_MOST_LISTED = 10
_LONGEST = 40
_NAMES = ("name", "title", "login", "slug", "username", "email", "path")


def failed(error: Error, change: Change, rows: Sequence[Row], *, applied: int) -> Error:
    """Return the error of one row of a batch as an error of the batch."""
    text = f"{error}; {_UNKNOWN}" if str(error) == _INTERRUPTED else str(error)
    if len(rows) > 1:
        shown = _telling(change, rows)
        text += f"\napplied: {_listed(rows, shown, 0, applied) or 'none'}"
        text += f"; failed: {_listed(rows, shown, applied, applied + 1)}"
        text += f"; not sent: {_listed(rows, shown, applied + 1, len(rows)) or 'none'}"
    told = copy.copy(error)
    told.args = (text, *error.args[1:])
    if isinstance(told, OperationalError):
        told.applied = applied
    return told


@contextmanager
def after_the_fact(applied: int) -> Iterator[None]:
    """Let an error that comes after changes were carried out say so; `applied` is their number."""
    try:
        yield
    except Error as exc:
        if applied < 1:
            raise
        done = "the change was" if applied == 1 else f"all {applied} changes were"
        told = copy.copy(exc)
        told.args = (f"{done} carried out, but the answer cannot be read: {exc}", *exc.args[1:])
        raise told from exc


def _telling(change: Change, rows: Sequence[Row]) -> list[str]:
    """Return the parameters that tell the rows apart."""
    varying = [p for p in change.method.parameters if len({str(row.get(p.name)) for row in rows}) > 1]
    outside = [p.name for p in varying if p.location != "body"]
    return outside or [p.name for p in varying if (p.attribute or p.name).lower() in _NAMES][:1]


def _listed(rows: Sequence[Row], shown: Sequence[str], start: int, end: int) -> str:
    if end - start > _MOST_LISTED:
        return f"rows {start + 1} to {end}{_values(rows[end - 1], shown, before='the last with ')}"
    return ", ".join(f"row {at + 1}{_values(rows[at], shown)}" for at in range(start, end))


def _values(row: Row, shown: Sequence[str], *, before: str = "") -> str:
    values = ", ".join(f"{name} = '{_shortened(str(row[name]))}'" for name in shown if name in row)
    return f" ({before}{values})" if values else ""


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
