"""Files written and checked in one go."""

from __future__ import annotations

from pathlib import Path

from stackduck.catalog.names import Catalog
from stackduck.files.checking.checker import Checker
from stackduck.files.checking.model import Finding, Report

CATALOG = Catalog.default()
_SECONDS = 60.0
"""For a statement; a machine that is busy takes longer than users would wait."""
Seen = tuple[str, int, int]
"""A rule's name, a line and a column."""


def check(folder: Path, /, **files: str) -> Report:
    """Write files, name=text, and check them; a name without an ending is that of a SQL file."""
    paths = []
    for name, text in files.items():
        path = folder / (f"{name}.sql" if "." not in name else name)
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return Checker(CATALOG, seconds=_SECONDS).check(paths)


def seen(report: Report) -> list[Seen]:
    """Return rule, line and column of each finding."""
    return [place(finding) for finding in report.findings]


def place(finding: Finding) -> Seen:
    """Return rule, line and column of a finding."""
    return finding.rule.name, finding.start.line, finding.start.column


def words(finding: Finding) -> str:
    """Return the words that a finding marks; they are on one line."""
    line = finding.path.read_text(encoding="utf-8").split("\n")[finding.start.line - 1]
    return line[finding.start.column - 1 : finding.end.column - 1]
