"""A report as text, as JSON and as GitHub's annotations; SARIF has a module of its own. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from stackduck.files.checking import sarif
from stackduck.files.checking.model import Finding, Report
from stackduck.output.safety import visible


def text(report: Report) -> str:
    """Write a line a finding, with what to do below it; no name of a file or a table breaks a line."""
    return "".join(f"{line}\n" for finding in report.findings for line in _lines(finding))


def _lines(finding: Finding) -> Iterator[str]:
    rule, start = finding.rule, finding.start
    place = f"{visible(str(finding.path))}:{start.line}:{start.column}"
    yield f"{place}: {rule.severity}: {visible(finding.message)} [{rule.name}]"
    first, *more = finding.instead.split("\n")
    if first:
        yield f"    instead: {visible(first)}"
    yield from (f"    {visible(line)}" for line in more)


def as_json(report: Report) -> str:
    """Write one object with the counts and the findings."""
    counts = {"files": report.files, "errors": report.errors, "warnings": report.warnings}
    content = {**counts, "findings": [_object(finding) for finding in report.findings]}
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"


def _object(finding: Finding) -> dict[str, Any]:
    return {
        "file": str(finding.path),
        "line": finding.start.line,
        "column": finding.start.column,
        "end_line": finding.end.line,
        "end_column": finding.end.column,
        "severity": finding.rule.severity,
        "rule": finding.rule.name,
        "message": finding.message,
        "instead": finding.instead,
    }


def github(report: Report) -> str:
    """Write workflow commands, which GitHub shows beside the lines of a pull request.

    https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands#setting-an-error-message
    """
    return "".join(f"{_annotation(finding)}\n" for finding in report.findings)


def _annotation(finding: Finding) -> str:
    start, end = finding.start, finding.end
    # The end column of an annotation is the last character's, and it counts only on one line.
    columns = {"col": start.column, "endColumn": end.column - 1} if start.line == end.line else {"col": start.column}
    properties = {
        "file": finding.path.as_posix(),
        "line": start.line,
        "endLine": end.line,
        **columns,
        "title": finding.rule.name,
    }
    listed = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{finding.rule.severity} {listed}::{_escaped(f'{finding.message}; instead: {finding.instead}')}"


def _escaped(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _escaped(value).replace(":", "%3A").replace(",", "%2C")


FORMATS: Mapping[str, Callable[[Report], str]] = {
    "text": text,
    "json": as_json,
    "sarif": sarif.write,
    "github": github,
}
"""The formats of a report, by name."""
