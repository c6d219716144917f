"""StackQL's statements without a counterpart: told by name, and only these."""

from __future__ import annotations

import pytest

from stackduck.sql import absent
from stackduck.sql.statements import of_text


@pytest.mark.parametrize(
    "text",
    [
        "SELECT 1",
        "USE main",
        "USE",
        "SLEEP",
        "SET threads = 2",
        "SET VARIABLE x = '$.auth'",
        "AUTHORIZE x",
        "SLEEPY 1",
    ],
)
def test_what_is_not_stackqls_alone_is_left_to_duckdb(text: str) -> None:
    assert absent.remedy(of_text(text), ["github"]) == ""


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("AUTH LOGIN github", "SHOW AUTH github"),
        ("auth revoke github", "GITHUB_TOKEN"),
        ("NATIVEQUERY 'SELECT 1'", "write the query itself"),
        ("SLEEP 5000", "around the statements"),
        ("USE GitHub", "github.<service>.<resource>"),
        ("""SET SESSION "$.auth.github.type" = 'bearer'""", "options of the command"),
    ],
)
def test_what_takes_its_place_is_told(text: str, told: str) -> None:
    assert told in absent.remedy(of_text(text), ["github"])
