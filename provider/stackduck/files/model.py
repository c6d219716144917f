"""What a SQL file declares about itself, as plain values: no file is read and nothing is run here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path

from stackduck.frozen import frozen

Bound = int | float | str
"""A limit as the file writes it: a number, or text that DuckDB reads as the column's type (a date)."""


@frozen
class Parameter:
    """A declared variable of a file."""

    name: str
    type: str = "VARCHAR"
    """A DuckDB type, as written; DuckDB decides whether there is such a type."""
    description: str = ""
    default: object = None
    """Text as written, a list of such, or None for NULL; DuckDB casts it to the type."""
    has_default: bool = False
    line: int = 0
    """In the file, 1 for the first."""


@frozen
class Range:
    """Bounds, both inclusive; None where there is none."""

    min: Bound | None = None
    max: Bound | None = None

    def __str__(self) -> str:
        if self.min == self.max:
            return str(self.min)
        if self.min is None:
            return f"at most {self.max}"
        return f"at least {self.min}" if self.max is None else f"{self.min} to {self.max}"


@frozen
class Values:
    """What holds for every value of a column; NULL is neither below nor above a bound."""

    column: str
    range: Range
    allows_null: bool = True
    line: int = 0


@frozen
class ExpectedColumn:
    """A column of the result, and its DuckDB type where the file names one."""

    name: str
    type: str | None = None


@frozen
class Expectations:
    """What the rows of a file's last result must be."""

    rows: Range | None = None
    columns: tuple[ExpectedColumn, ...] = ()
    """All of them, in order; empty where none are stated."""
    values: tuple[Values, ...] = ()
    equals: str | None = None
    """A file beside the SQL file, whose rows are the same."""
    given: Mapping[str, str | None] = field(default_factory=dict)
    """Values of parameters for the test, below those of the command line (`with`)."""
    line: int = 0


@frozen
class SqlFile:
    """A file of SQL statements and what its front matter says of it."""

    path: Path
    text: str
    """The whole file, front matter included: positions in it are those of the file."""
    name: str
    description: str = ""
    parameters: tuple[Parameter, ...] = ()
    one_of: tuple[str, ...] = ()
    """Parameters of which exactly one is given; the others are NULL."""
    output: str | None = None
    expect: Expectations | None = None
    is_declared: bool = False
    """Whether it has front matter; only then must its variables be declared."""

    def parameter(self, name: str) -> Parameter | None:
        """Return the declared parameter of a name, or None."""
        return next((each for each in self.parameters if each.name == name), None)

    def is_required(self, parameter: Parameter) -> bool:
        """Tell whether a value must be given for this parameter alone."""
        return not parameter.has_default and parameter.name not in self.one_of
