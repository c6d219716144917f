"""What a check finds: rules, places and findings, as plain values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stackduck.frozen import frozen

Severity = Literal["error", "warning"]


@frozen
class Rule:
    """One kind of mistake, by the name that a comment can ignore it by."""

    name: str
    severity: Severity
    says: str
    """What is wrong where it is broken, in general."""
    instead: str
    """What to write instead, in general."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A character of a file; both numbers count from 1, the column in characters."""

    line: int
    column: int


@frozen
class Finding:
    """A rule that is broken at a place."""

    rule: Rule
    path: Path
    start: Place
    end: Place
    """The place after the last character."""
    message: str
    instead: str

    @property
    def is_error(self) -> bool:
        """Whether the file cannot run, or not as it says."""
        return self.rule.severity == "error"


@frozen
class Report:
    """What the check of some files found."""

    files: int
    findings: Sequence[Finding]

    @property
    def errors(self) -> int:
        """How many of the findings are errors."""
        return sum(finding.is_error for finding in self.findings)

    @property
    def warnings(self) -> int:
        """How many of the findings are warnings."""
        return len(self.findings) - self.errors
