from __future__ import annotations

from pathlib import Path

import pytest

from stackduck.config.files import MOST_BYTES, ConfigFile, Trust, parse, read
from stackduck.errors import ConfigurationError

PATH = Path("/home/ann/stackduck.toml")
TOKEN = "ghp_" + "a1B2" * 9


def _parsed(text: str, *, trust: Trust = "user") -> ConfigFile:
    return parse(text.encode(), path=PATH, trust=trust)


def _problem(text: str, *, trust: Trust = "user") -> ConfigurationError:
    with pytest.raises(ConfigurationError) as caught:
        _parsed(text, trust=trust)
    return caught.value


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("max_calls = 1", 1, "no key 'max_calls'; did you mean 'limits.max_calls'?"),
        ("# a\n\n[limits]\nmax_cals = 1", 4, "no key 'limits.max_cals'; did you mean 'limits.max_calls'?"),
        ("\n[limit]\nmax_calls = 1", 2, "no key 'limit'; did you mean 'limits'?"),
        ('enterprise = "octo"', 1, "no key 'enterprise'; did you mean 'defaults.enterprise'?"),
        ("[nonsense]", 1, "no key 'nonsense'; the keys are output, archive"),
        ('[limits]\nmax_calls = "many"', 2, "limits.max_calls is a whole number, 0 or more, not this text"),
        ("[limits]\nmax_calls = true", 2, "not true or false"),
        ("[limits]\nmax_calls = -1", 2, "not this number"),
        ("[limits]\nconcurrency = 0", 2, "limits.concurrency is a whole number, 1 or more"),
        ("[limits]\nmax_wait = nan", 2, "limits.max_wait is a number of seconds"),
        ("[limits]\npace = 1.5", 2, "limits.pace is a whole number"),
        ('output = "parquet"', 1, "output is one of table, json"),
        ('output = ["csv"]', 1, "not a list"),
        ('archive = "here"', 1, "archive is a folder, from / or ~ on"),
        ("archive = true", 1, "archive is a folder"),
        ('defaults = "octo"', 1, "defaults is a table, not this text; write [defaults]"),
        ("[[limits]]\nmax_calls = 1", 1, "limits is a table, not a list"),
        ("[defaults]\nenterprise = 1.5", 2, "defaults.enterprise is a text, a whole number"),
        ('[defaults]\nenterprise = "  "', 2, "not this text"),
        ('[defaults]\nenterprise = "a\\nb"', 2, "not this text"),
        ("[defaults.enterprise]\nx = 1", 1, "not a table"),
        ('[defaults]\n"two words" = "x"', 2, "is the name of a parameter"),
        ('[defaults]\norg = "a"\nORG = "b"', 3, "defaults.org is given twice"),
    ],
)
def test_a_mistake_is_told_with_its_file_line_and_remedy(text: str, line: int, words: str) -> None:
    problem = _problem(text)
    assert str(problem).startswith(f"{PATH} line {line}: ")
    assert words in str(problem)
    assert (problem.path, problem.line) == (PATH, line)


@pytest.mark.parametrize(
    ("text", "line"),
    [("a = ", 1), ("[limits\n", 1), ("output = 'csv'\noutput = 'json'", 2), ("\n\nx == 1", 3)],
    ids=["no value", "no bracket", "twice", "no equals"],
)
def test_what_is_no_toml_is_told_with_its_line(text: str, line: int) -> None:
    problem = _problem(text)
    assert "it is not TOML" in str(problem)
    assert problem.line in (line, None)


@pytest.mark.parametrize("trust", ["user", "repository"])
@pytest.mark.parametrize(
    "text",
    [
        'api_url = "https://evil.example"',
        'token = "x"',
        'token_env = "HOME_TOKEN"',
        'registry = "/tmp/evil"',
        'registry_url = "https://evil.example"',
        "allow_writes = true",
        '[auth]\n"api.example.com" = "X"',
        'github.API_URL = "https://evil.example"',
        '[defaults]\ntoken = "x"',
        'source = {api_url = "https://evil.example"}',
    ],
)
def test_no_file_says_who_is_asked_or_as_whom(text: str, trust: Trust) -> None:
    problem = _problem(text, trust=trust)
    assert "cannot be set in a file" in str(problem)
    assert "evil" not in str(problem)


@pytest.mark.parametrize("text", ['archive = "/home/ann/.ssh"', "archive = false", "[limits]\npace = 0"])
def test_a_repository_may_not_say_where_data_is_kept_or_how_fast_it_comes(text: str) -> None:
    assert _parsed(text).settings
    assert "can be set in the user's own file alone" in str(_problem(text, trust="repository"))


@pytest.mark.parametrize(
    "text", [f'[defaults]\nenterprise = "{TOKEN}"', f"# {TOKEN}\n", f'{TOKEN} = 1\noutput = "csv"', f"x = {TOKEN}"]
)
def test_a_token_is_refused_wherever_it_stands_and_never_repeated(text: str) -> None:
    problem = _problem(text)
    assert "looks like a GitHub token" in str(problem)
    assert TOKEN not in str(problem)


@pytest.mark.parametrize("value", ['"s3cret"', "['s3cret']", "{a = 's3cret'}"])
def test_no_message_repeats_a_value(value: str) -> None:
    for text in (f"output = {value}", f"[limits]\nmax_calls = {value}", f"max_calls = {value}"):
        assert "s3cret" not in str(_problem(text))


def test_what_is_no_utf_8_is_told_with_its_line() -> None:
    with pytest.raises(ConfigurationError, match="line 2: it is not UTF-8"):
        parse(b'output = "csv"\n# \xff\n', path=PATH, trust="user")


def test_a_file_without_end_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "stackduck.toml"
    path.write_text("#" * (MOST_BYTES + 1), encoding="utf-8")
    with pytest.raises(ConfigurationError, match="more than 64 kB"):
        read(path, trust="repository")


def test_a_deep_nest_is_an_error_and_no_crash() -> None:
    assert "it is" in str(_problem("a = " + "[" * 5000 + "]" * 5000))


def test_every_value_is_held_with_its_line() -> None:
    held = _parsed(
        'output = "csv"\narchive = "~/copilot"  # ours\n\n[defaults]\nEnterprise = "octo"\nday = 2026-01-31\n'
        "page = 3\nall = true\n[limits]\nmax_calls = 5\nmax_wait = 2\nconcurrency = 3\npace = 0\n"
    )
    assert {name: (each.value, each.line) for name, each in held.settings.items()} == {
        "output": ("csv", 1),
        "archive": ("~/copilot", 2),
        "limits.max_calls": (5, 10),
        "limits.max_wait": (2.0, 11),
        "limits.concurrency": (3, 12),
        "limits.pace": (0, 13),
    }
    assert {name: each.value for name, each in held.defaults.items()} == {
        "enterprise": "octo",
        "day": "2026-01-31",
        "page": "3",
        "all": "true",
    }


def test_an_empty_file_says_nothing() -> None:
    held = _parsed("# nothing\n\n[defaults]\n[limits]\n")
    assert (held.settings, held.defaults) == ({}, {})


@pytest.mark.parametrize("text", ["\ufeffoutput = 'csv'", "output = 'csv'\r\n", "limits = {max_calls = 1}"])
def test_marks_line_ends_and_inline_tables_are_read(text: str) -> None:
    assert next(iter(_parsed(text).settings.values())).line == 1
