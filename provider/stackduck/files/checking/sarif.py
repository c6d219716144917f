"""A report in SARIF 2.1.0, which code scanning takes: https://docs.oasis-open.org/sarif/sarif/v2.1.0/. Pure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote

from stackduck.files.checking.model import Finding, Report, Rule
from stackduck.files.checking.rules import RULES

_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def write(report: Report) -> str:
    """Write one run with all rules, and a result a finding."""
    numbers = {name: number for number, name in enumerate(RULES)}
    run = {
        "tool": {"driver": {"name": "stackduck check", "version": _version(), "rules": [*map(_rule, RULES.values())]}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, numbers[finding.rule.name]) for finding in report.findings],
    }
    content = {"$schema": _SCHEMA, "version": "2.1.0", "runs": [run]}
    return f"{json.dumps(content, ensure_ascii=False, indent=2)}\n"


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.name,
        "shortDescription": {"text": rule.says},
        "help": {"text": rule.instead},
        "defaultConfiguration": {"level": rule.severity},
    }


def _result(finding: Finding, number: int) -> dict[str, Any]:
    location = {"artifactLocation": {"uri": uri_path(finding.path)}, "region": _region(finding)}
    return {
        "ruleId": finding.rule.name,
        "ruleIndex": number,
        "level": finding.rule.severity,
        "message": {"text": f"{finding.message}; instead: {finding.instead}"},
        "locations": [{"physicalLocation": location}],
    }


def _region(finding: Finding) -> dict[str, int]:
    return {
        "startLine": finding.start.line,
        "startColumn": finding.start.column,
        "endLine": finding.end.line,
        "endColumn": finding.end.column,
    }


def uri_path(path: Path) -> str:
    """Return a path as a relative reference of a URI, as code scanning wants it; an absolute one as a file URI."""
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())


def _version() -> str:
    from importlib import import_module

    return str(import_module("stackduck").__version__)
