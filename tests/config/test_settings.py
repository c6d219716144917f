from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.config import Configuration, Given, Trust, hold
from stackduck.config.files import ConfigFile, parse

USER, REPOSITORY = Path("/home/ann/.config/stackduck/config.toml"), Path("/repo/stackduck.toml")


def _file(text: str, trust: Trust) -> ConfigFile:
    return parse(text.encode(), path=USER if trust == "user" else REPOSITORY, trust=trust)


def _held(
    user: str = "", repository: str = "", *, given: dict[str, Given] | None = None, **environ: str
) -> Configuration:
    return hold(
        given or {},
        environ=environ,
        user=_file(user, "user") if user else None,
        repository=_file(repository, "repository") if repository else None,
    )


@pytest.mark.parametrize(
    ("user", "asked", "holds"),
    [
        ("", "max_calls = 2001", 2000),
        ("[limits]\nmax_calls = 10", "max_calls = 11", 10),
        ("[limits]\nmax_calls = 9000", "max_calls = 9001", 9000),
        ("", "concurrency = 9", 8),
        ("", "max_wait = inf", 60.0),
    ],
)
def test_a_repository_raises_no_limit_and_the_user_is_told(user: str, asked: str, holds: float) -> None:
    held = _held(user, f"[limits]\n{asked}")
    name = f"limits.{asked.partition(' ')[0]}"
    assert held.value(name) == holds
    [warning] = held.warnings
    assert f"{name} = " in warning
    assert "stackduck.toml:2 does not hold" in warning
    assert "use --max" in warning or "use --conc" in warning
    assert "does not hold" in held.settings[name].note


def test_what_the_command_line_says_needs_no_warning() -> None:
    held = _held("", "[limits]\nmax_calls = 9000", given={"limits.max_calls": Given(9000, "--max-calls")})
    assert (held.value("limits.max_calls"), held.warnings) == (9000, ())


@pytest.mark.parametrize(("user", "asked", "holds"), [("", 0, 0), ("[limits]\nmax_calls = 9000", 2500, 2500)])
def test_a_repository_lowers_a_limit(user: str, asked: int, holds: int) -> None:
    held = _held(user, f"[limits]\nmax_calls = {asked}")
    setting = held.settings["limits.max_calls"]
    assert (setting.value, setting.source, setting.line, held.warnings) == (holds, "repository file", 2, ())


def test_nothing_said_is_what_is_built_in() -> None:
    held = _held()
    assert {name: (each.value, each.source) for name, each in held.settings.items()} == {
        "output": (None, "built-in"),
        "archive": (None, "built-in"),
        "limits.max_calls": (2000, "built-in"),
        "limits.max_wait": (60.0, "built-in"),
        "limits.concurrency": (8, "built-in"),
        "limits.pace": (900, "built-in"),
    }
    assert held.defaults == {}


def test_a_flag_goes_before_a_variable_before_the_files() -> None:
    user = 'archive = "/from/file"'
    assert _held(user).settings["archive"].origin == f"{USER}:1"
    named = _held(user, STACKDUCK_ARCHIVE="/from/variable").settings["archive"]
    assert (named.value, named.source, named.place) == ("/from/variable", "environment variable", "STACKDUCK_ARCHIVE")
    assert named.note == f"over /from/file of {USER}:1"
    flag = _held(user, given={"archive": Given("/from/flag", "--archive")}, STACKDUCK_ARCHIVE="/v").settings["archive"]
    assert (flag.value, flag.source, flag.place) == ("/from/flag", "flag", "--archive")
    assert flag.note == f"over /v of STACKDUCK_ARCHIVE, /from/file of {USER}:1"


def test_a_variable_without_a_value_says_nothing() -> None:
    assert _held(STACKDUCK_ARCHIVE="").settings["archive"].source == "built-in"


def test_the_repository_s_file_goes_before_the_user_s() -> None:
    held = _held('output = "csv"', 'output = "vertical"')
    assert held.value("output") == "vertical"
    assert held.settings["output"].note == f"over csv of {USER}:1"


def test_defaults_of_both_files_hold_and_the_nearer_one_decides() -> None:
    held = _held('[defaults]\nenterprise = "octo"\nteam = "core"', '[defaults]\nenterprise = "other"')
    assert held.defaults == {"enterprise": "other", "team": "core"}
    assert held.settings["defaults.enterprise"].note == f"over octo of {USER}:2"


@pytest.mark.parametrize(("user", "repository"), [("enterprise", "org"), ("org", "enterprise")])
def test_whose_data_it_is_is_one_question(user: str, repository: str) -> None:
    held = _held(f'[defaults]\n{user} = "user-s"', f'[defaults]\n{repository} = "repository-s"')
    assert held.defaults == {repository: "repository-s"}


def test_one_file_may_name_an_enterprise_and_an_organization() -> None:
    assert _held('[defaults]\nenterprise = "octo"\norg = "eng"').defaults == {"enterprise": "octo", "org": "eng"}
