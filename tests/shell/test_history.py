"""The history keeps what was typed, for this user alone, through damage, other shells and secrets."""

from __future__ import annotations

import asyncio
import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document

from stackduck.shell.history import ShellHistory, SuggestFromHistory, default_path, open_history

WRITER = """
import sys
from pathlib import Path
from stackduck.shell.history import open_history
path, name, entries, most = sys.argv[1:]
for number in range(int(entries)):
    history = open_history(Path(path), most=int(most))
    history.append_string(f"SELECT '{name} {number}'")
"""


def stored(path: Path) -> list[str]:
    """Return what a new shell would know, oldest first."""
    return list(open_history(path).load_history_strings())[::-1]


def loaded(history: ShellHistory) -> ShellHistory:
    """Let the history read its file, as the prompt does."""

    async def load() -> list[str]:
        return [text async for text in history.load()]

    asyncio.run(load())
    return history


def test_a_folder_in_the_place_of_the_file_keeps_nothing_and_is_told(tmp_path: Path) -> None:
    history = open_history(tmp_path)
    history.append_string("SELECT 1")
    assert history.get_strings() == ["SELECT 1"]
    assert history.problem == f"the history {tmp_path} cannot be kept: Is a directory; it lasts as long as this session"


def test_a_file_in_the_place_of_the_folder_keeps_nothing_and_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    history = open_history(tmp_path / "file" / "history.jsonl")
    history.append_string("SELECT 1")
    assert "cannot be kept" in history.problem
    assert list(history.load_history_strings()) == []


def test_no_home_keeps_nothing_and_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", "")
    monkeypatch.setenv("HOME", "nowhere")
    history = open_history()
    history.append_string("SELECT 1")
    assert history.problem == "no folder for the history; set XDG_STATE_HOME"


def test_damaged_lines_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"text":"SELECT 1"}\n\xff\xfe\nnull\n{"text":5}\n[]\n{"text":"SELECT 2"}\n{"text":"SELE')
    assert stored(path) == ["SELECT 1", "SELECT 2"]


def test_an_unfinished_line_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    path.write_bytes(b'{"text":"SELECT 1"}\n{"text":"SELE')
    open_history(path).append_string("SELECT 2")
    assert stored(path) == ["SELECT 1", "SELECT 2"]


@pytest.mark.parametrize(
    "entry",
    [
        "SELECT 'ghp_0123456789abcdefghij0123456789abcdef'",
        "SELECT 'gho_0123456789abcdefghij0123456789abcdef'",
        "SELECT 'ghs_0123456789abcdefghij0123456789abcdef'",
        "SELECT 'github_pat_11ABCDEFG0123456789_abcdefghijklmnop'",
        "SELECT 'Bearer abcdef0123456789'",
        "SELECT * FROM 'https://files.example.com/a.json?se=2026&sig=abc%3D'",
        "SELECT * FROM 'https://bucket.example.com/a?X-Amz-Signature=abc'",
        "SELECT 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc'",
        "SELECT 'AKIAIOSFODNN7EXAMPLE'",
        "ATTACH 'postgres://ann:hunter2@db.example.com/x'",
        "ATTACH 'host=db password=hunter2'",
        "CREATE SECRET s (TYPE s3, KEY_ID 'a')",
        "CREATE OR REPLACE PERSISTENT SECRET s (TYPE s3)",
        "SET VARIABLE github_token = 'hunter2'",
        "SET s3_secret_access_key='hunter2'",
        'INSERT INTO t SELECT \'{"client_secret": "hunter2"}\'',
        "EXEC a.b.c.d @api_key='hunter2'",
        ".param token hunter2",
        "\\set password hunter2",
        "-----BEGIN RSA PRIVATE KEY-----",
    ],
)
def test_an_entry_with_a_secret_is_not_in_the_file(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "history.jsonl"
    history = open_history(path)
    history.append_string(entry)
    history.append_string("SELECT 1")
    assert stored(path) == ["SELECT 1"]
    assert "hunter2" not in path.read_text()
    assert history.get_strings() == [entry, "SELECT 1"], "it can be recalled in its session"


@pytest.mark.parametrize(
    "entry",
    [
        "SELECT sum(prompt_tokens_sum) FROM t WHERE tokens > 5",
        "SELECT * FROM r WHERE secret_scanning = 'enabled'",
        "SELECT password IS NULL, token::VARCHAR FROM t WHERE token = $token",
        "SELECT * FROM t WHERE org = 'octo-org' AND day >= '2026-01-01'",
        "SELECT * FROM 'https://example.com/a.csv'",
        ".param token",
    ],
)
def test_an_entry_that_only_looks_like_one_is_kept(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "history.jsonl"
    open_history(path).append_string(entry)
    assert stored(path) == [entry]


def test_shells_that_write_at_once_lose_nothing(tmp_path: Path) -> None:
    path, writers, entries = tmp_path / "history.jsonl", 4, 40
    running = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), f"shell{name}", str(entries), "100000"])
        for name in range(writers)
    ]
    assert [each.wait(60) for each in running] == [0] * writers
    found = stored(path)
    assert len(found) == writers * entries
    for name in range(writers):
        own = [entry for entry in found if f"shell{name} " in entry]
        assert own == [f"SELECT 'shell{name} {number}'" for number in range(entries)]


def test_dropping_old_entries_loses_none_of_what_another_shell_appends(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    other = open_history(path)
    path.write_text("\n".join(json.dumps({"text": f"SELECT {number}"}) for number in range(1_200)))
    open_history(path, most=100)
    other.append_string("SELECT 'after'")
    found = stored(path)
    assert found[:1] == ["SELECT 1100"]
    assert found[-2:] == ["SELECT 1199", "SELECT 'after'"]
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_the_file_and_its_folder_are_for_this_user_alone(clean_environment: Path) -> None:
    before = os.umask(0)
    try:
        open_history().append_string("SELECT 1")
    finally:
        os.umask(before)
    path = default_path()
    assert path == clean_environment / "state" / "stackduck" / "history.jsonl"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_permissions_that_are_too_wide_are_narrowed(clean_environment: Path) -> None:
    path = default_path()
    path.parent.mkdir(parents=True)
    path.parent.chmod(0o755)
    path.write_text('{"text":"SELECT 1"}\n')
    path.chmod(0o644)
    open_history()
    assert (stat.S_IMODE(path.stat().st_mode), stat.S_IMODE(path.parent.stat().st_mode)) == (0o600, 0o700)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other permissions")
def test_a_folder_that_the_user_names_keeps_its_permissions(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    open_history(tmp_path / "mine")
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


@pytest.mark.parametrize(
    "entry", ["SELECT 1\nFROM t\n  WHERE 'ä 🦆'", "+SELECT 1", "# no comment", "{}", "SELECT '\x1b[0m\t'"]
)
def test_any_text_comes_back_as_it_was(tmp_path: Path, entry: str) -> None:
    path = tmp_path / "history.jsonl"
    open_history(path).append_string(entry)
    assert stored(path) == [entry]


def test_blank_and_repeated_entries_are_remembered_once(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    history = open_history(path)
    for entry in ("SELECT 1", "SELECT 1 ", "  ", "SELECT 2", "SELECT 1"):
        history.append_string(entry)
    open_history(path).append_string("SELECT 1")
    assert stored(path) == ["SELECT 1", "SELECT 2", "SELECT 1"]


def test_a_new_shell_knows_what_others_typed(tmp_path: Path) -> None:
    path = tmp_path / "history.jsonl"
    first = open_history(path)
    first.append_string("SELECT 1")
    second = loaded(open_history(path))
    first.append_string("SELECT 2")
    assert second.get_strings() == ["SELECT 1"]
    assert loaded(open_history(path)).get_strings() == ["SELECT 1", "SELECT 2"]


def suggestion(history: ShellHistory, typed: str) -> str | None:
    found = SuggestFromHistory().get_suggestion(Buffer(history=history), Document(typed, len(typed)))
    return found.text if found else None


def test_nothing_is_suggested_for_a_secret_or_for_next_to_nothing(tmp_path: Path) -> None:
    history = open_history(tmp_path / "history.jsonl")
    history.append_string("SELECT 'ghp_0123456789abcdefghij0123456789abcdef'")
    assert [suggestion(history, typed) for typed in ("SELECT", "", "S", "FROM")] == [None] * 4


def test_the_newest_entry_that_begins_so_is_suggested(tmp_path: Path) -> None:
    history = open_history(tmp_path / "history.jsonl")
    for entry in ("SELECT 1 FROM a", "SELECT 2", "SELECT 1\nFROM b"):
        history.append_string(entry)
    assert suggestion(history, "SELECT 1") == "\nFROM b"
    assert suggestion(history, "SELECT 1 ") == "FROM a"
    assert suggestion(history, "SELECT 1 FROM a") is None
