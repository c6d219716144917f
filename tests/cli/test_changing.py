"""The command over statements that change something: refused, shown or sent."""

from __future__ import annotations

import json

import pytest

STATEMENT = (
    "REPLACE github.copilot.org_coding_agent_permissions SET enabled_repositories = '{}' WHERE org = 'octo-demo-eng'"
)


def test_nothing_is_changed_unless_it_is_allowed(stackduck) -> None:
    done = stackduck("exec", "--sandbox", STATEMENT.format("all"))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(
        "error: REPLACE of github.copilot.org_coding_agent_permissions would change something"
    )
    assert "allow it by --allow-writes" in done.stderr


def test_a_change_prints_nothing(stackduck) -> None:
    done = stackduck("exec", "--sandbox", "--allow-writes", STATEMENT.format("all"))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_change_may_return_rows(stackduck) -> None:
    done = stackduck("exec", "--sandbox", "--allow-writes", "-o", "csv", STATEMENT.format("all") + " RETURNING *, org")
    assert done.stdout == "result,org\nThe Operation Completed Successfully,octo-demo-eng\n"


def test_a_refused_change_is_a_wrong_statement(stackduck) -> None:
    done = stackduck("exec", "--sandbox", "--allow-writes", STATEMENT.format("some"))
    assert done.returncode == 1
    assert "GitHub answered 422" in done.stderr


@pytest.mark.parametrize("more", [[], ["--allow-writes"]])
def test_a_dry_run_prints_the_requests(stackduck, more) -> None:
    script = STATEMENT.format("all") + "; SELECT enabled_repositories FROM github.copilot.org_coding_agent_permissions"
    script += " WHERE org = 'octo-demo-eng'"
    done = stackduck("exec", "--sandbox", "--dry-run", *more, "-o", "ndjson", script)
    preview, setting = map(json.loads, done.stdout.splitlines())
    assert preview["http_method"] == "PUT"
    assert preview["url"].endswith("/orgs/octo-demo-eng/copilot/coding-agent/permissions")
    assert preview["body"] == {"enabled_repositories": "all"}
    assert setting == {"enabled_repositories": "selected"}
    assert done.returncode == 0
