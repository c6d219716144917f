"""Where a token comes from."""

from __future__ import annotations

import os
import traceback
from collections.abc import Mapping
from pathlib import Path

import pytest

from stackduck.api.credentials import Credential, basic, bearer, find, key
from stackduck.errors import AuthenticationError

FAKE_GH = """#!/bin/sh
[ "$1 $2 $3" = "auth token --hostname" ] || exit 1
[ "$4" = "github.com" ] && echo "gho_fromgh" && exit 0
[ "$4" = "octo.ghe.com" ] && printf 'gho_two\\nlines\\n' && exit 0
echo "no oauth token found for $4" >&2
exit 1
"""


def look(environ: Mapping[str, str], *, host: str = "github.com", **options: str) -> Credential:
    """Find a credential with nothing but these variables."""
    given = {"token": None, "token_env": None, **options}
    return find(token=given["token"], token_env=given["token_env"], gh_host=host, environ=environ)


@pytest.fixture
def gh_path(tmp_path: Path) -> str:
    """A PATH with a gh on it that knows two hosts."""
    program = tmp_path / "gh"
    program.write_text(FAKE_GH)
    program.chmod(0o755)
    return f"{tmp_path}{os.pathsep}{os.environ['PATH']}"


def test_no_token_at_all_names_the_variables_to_set() -> None:
    with pytest.raises(AuthenticationError, match=r"set GH_TOKEN or GITHUB_TOKEN .*--token-env.*gh auth login"):
        look({})


def test_a_named_variable_that_is_not_set_is_an_error_even_beside_others() -> None:
    with pytest.raises(AuthenticationError, match=r"the token variable WORK_TOKEN is not set"):
        look({"GH_TOKEN": "ghp_other"}, token_env="WORK_TOKEN")


@pytest.mark.parametrize("token", ["ghp_a\nb", "ghp_a\r\nX-Evil: 1", "ghp_a b", "ghp_a\x00", "ghp_ä", "ghp_a\x7f"])
def test_a_token_that_no_header_may_hold_is_refused_without_being_shown(token: str) -> None:
    with pytest.raises(AuthenticationError, match=r"the token from GH_TOKEN holds blanks") as caught:
        look({"GH_TOKEN": token})
    assert "ghp_" not in "".join(traceback.format_exception(caught.value))


@pytest.mark.parametrize("token", ["", "  \n"])
def test_an_empty_token_argument_is_an_error_and_no_search(token: str) -> None:
    with pytest.raises(AuthenticationError, match=r"the token argument is empty"):
        look({"GH_TOKEN": "ghp_other"}, token=token)


def test_gh_without_a_token_for_the_host_is_no_token(gh_path: str) -> None:
    with pytest.raises(AuthenticationError, match=r"gh auth login --hostname git.corp.test"):
        look({"PATH": gh_path}, host="git.corp.test")


def test_gh_that_prints_more_than_a_token_is_refused(gh_path: str) -> None:
    with pytest.raises(AuthenticationError, match=r"from gh auth token --hostname octo\.ghe\.com holds") as caught:
        look({"PATH": gh_path}, host="octo.ghe.com")
    assert "gho_two" not in str(caught.value)


def test_a_gh_that_cannot_be_run_is_no_token(tmp_path: Path) -> None:
    program = tmp_path / "gh"
    program.write_bytes(b"\x7fELF broken")
    program.chmod(0o755)
    with pytest.raises(AuthenticationError, match=r"no GitHub token found"):
        look({"PATH": str(tmp_path)})


@pytest.mark.parametrize(
    ("environ", "options", "authorization", "source"),
    [
        pytest.param({"GH_TOKEN": "a"}, {"token": "x", "token_env": "T"}, "Bearer x", "the token argument", id="given"),
        pytest.param({"GH_TOKEN": "a", "T": "t"}, {"token_env": "T"}, "Bearer t", "T", id="named"),
        pytest.param({"GH_TOKEN": " a\n", "GITHUB_TOKEN": "b"}, {}, "Bearer a", "GH_TOKEN", id="gh-token"),
        pytest.param({"GH_TOKEN": "", "GITHUB_TOKEN": "b"}, {}, "Bearer b", "GITHUB_TOKEN", id="github-token"),
        pytest.param({"STACKQL_GITHUB_PASSWORD": "p"}, {}, "Bearer p", "STACKQL_GITHUB_PASSWORD", id="stackql"),
        pytest.param(
            {"STACKQL_GITHUB_PASSWORD": "p", "STACKQL_GITHUB_USERNAME": "ann"},
            {},
            "Basic YW5uOnA=",
            "STACKQL_GITHUB_PASSWORD",
            id="stackql-basic",
        ),
    ],
)
def test_the_first_source_wins(
    environ: dict[str, str], options: dict[str, str], authorization: str, source: str
) -> None:
    found = look(environ, **options)
    assert (found.value, found.source) == (authorization, source)


def test_gh_is_asked_for_the_host_when_no_variable_is_set(gh_path: str) -> None:
    found = look({"PATH": gh_path})
    assert (found.value, found.source) == ("Bearer gho_fromgh", "gh auth token --hostname github.com")


def test_a_credential_shows_no_secret_and_takes_its_secrets_out_of_texts() -> None:
    found = look({"STACKQL_GITHUB_PASSWORD": "ghp_p", "STACKQL_GITHUB_USERNAME": "ann"})
    assert "ghp_p" not in repr(found)
    assert "Basic" not in repr(found)
    assert found.redact(f"sent ghp_p as {found.value}") == "sent *** as Basic ***"


@pytest.mark.parametrize(
    ("credential", "kind", "principal"),
    [
        (bearer("secret1", "X"), "bearer", None),
        (basic("mona:secret1", "X"), "basic", "mona"),
        (basic("secret1:", "X"), "basic", None),
        (basic(":secret1", "X"), "basic", None),
        (key("secret1", "X", name="X-Key", prefix="", in_query=False), "api_key", None),
        (key("secret1", "X", name="Authorization", prefix="SSWS ", in_query=False), "api_key", None),
    ],
)
def test_a_credential_tells_its_kind_and_its_user_and_never_the_secret(
    credential: Credential, kind: str, principal: str | None
) -> None:
    assert (credential.kind, credential.principal) == (kind, principal)
