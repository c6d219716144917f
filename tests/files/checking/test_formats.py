"""A report in every format: lines for people, JSON and SARIF for programs, annotations for GitHub."""

from __future__ import annotations

import json
import re
from pathlib import Path, PurePosixPath
from typing import Any

import pytest

from stackduck.files.checking.formats import FORMATS
from stackduck.files.checking.model import Finding, Place, Report
from stackduck.files.checking.rules import RULES


def finding(rule: str, path: str, *, message: str = "it is wrong", instead: str = "mend it") -> Finding:
    return Finding(RULES[rule], Path(path), Place(3, 5), Place(3, 9), message, instead)


REPORT = Report(
    2,
    [
        finding(
            "unknown-column", "a b/ä,1.sql", message="no column 'x:y', 100%\nat all", instead="mend it\ntry: SELECT"
        ),
        finding("summed-users", "a b/ä,1.sql"),
    ],
)


def test_a_report_without_findings_is_empty_and_still_json() -> None:
    empty = Report(3, [])
    assert FORMATS["text"](empty) == FORMATS["github"](empty) == ""
    assert json.loads(FORMATS["json"](empty)) == {"files": 3, "errors": 0, "warnings": 0, "findings": []}
    assert json.loads(FORMATS["sarif"](empty))["runs"][0]["results"] == []


@pytest.mark.parametrize("name", FORMATS)
def test_no_name_of_a_file_or_a_table_begins_a_line_of_its_own(name: str) -> None:
    nasty = "x\n::error::\r::error::\x1b[2J"
    found = finding("unknown-column", f"a{nasty}.sql", message=nasty, instead=f"y\r{nasty}")
    made = FORMATS[name](Report(1, [found]))
    assert not any(line.startswith("::error::") for line in re.split(r"[\n\r]", made))
    assert name == "github" or "\x1b" not in made


def test_text_has_place_severity_message_and_rule_on_a_line() -> None:
    lines = FORMATS["text"](REPORT).splitlines()
    assert lines[-2:] == [
        "a b/ä,1.sql:3:5: warning: it is wrong [summed-users]",
        "    instead: mend it",
    ]
    assert "    try: SELECT" in lines


def test_json_says_everything_by_name() -> None:
    told = json.loads(FORMATS["json"](REPORT))
    assert (told["files"], told["errors"], told["warnings"]) == (2, 1, 1)
    assert told["findings"][1] == {
        "file": "a b/ä,1.sql",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "end_column": 9,
        "severity": "warning",
        "rule": "summed-users",
        "message": "it is wrong",
        "instead": "mend it",
    }


def test_annotations_escape_what_would_end_them() -> None:
    first, second = FORMATS["github"](REPORT).splitlines()
    assert first == (
        "::error file=a b/ä%2C1.sql,line=3,endLine=3,col=5,endColumn=8,title=unknown-column"
        "::no column 'x:y', 100%25%0Aat all; instead: mend it%0Atry: SELECT"
    )
    assert second.startswith("::warning file=")


def _is_text(node: object) -> bool:
    return isinstance(node, dict) and isinstance(node.get("text"), str) and bool(node["text"])


def _check_result(result: dict[str, Any], rules: list[dict[str, Any]]) -> None:
    assert _is_text(result["message"]) and result["level"] in ("none", "note", "warning", "error")
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    [location] = result["locations"]
    physical = location["physicalLocation"]
    region = physical["region"]
    assert all(isinstance(region[key], int) and region[key] >= 1 for key in ("startLine", "startColumn"))
    assert (region["endLine"], region["endColumn"]) > (region["startLine"], region["startColumn"])
    uri = physical["artifactLocation"]["uri"]
    assert not PurePosixPath(uri).is_absolute() and " " not in uri and uri.isascii()


def test_sarif_has_what_version_2_1_0_requires() -> None:
    told = json.loads(FORMATS["sarif"](REPORT))
    assert told["version"] == "2.1.0" and told["$schema"].endswith("sarif-schema-2.1.0.json")
    [run] = told["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] and driver["version"]
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"]) == len(RULES)
    for rule in driver["rules"]:
        assert _is_text(rule["shortDescription"]) and _is_text(rule["help"])
        assert rule["defaultConfiguration"]["level"] in ("warning", "error")
    for result in run["results"]:
        _check_result(result, driver["rules"])
    assert [result["ruleId"] for result in run["results"]] == ["unknown-column", "summed-users"]


@pytest.mark.parametrize("name", RULES)
def test_a_rule_says_what_is_wrong_and_what_to_do(name: str) -> None:
    rule = RULES[name]
    assert rule.says and rule.instead
    assert not rule.says.endswith(".") and not rule.instead.endswith(".")
