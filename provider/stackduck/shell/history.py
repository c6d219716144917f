"""What was typed before: a file of one session after another, which several shells write at once and no secret enters.

Owns the file: where it is, who may read it, what is kept out. Every entry is a line of JSON, appended whole. Without a
file that can be written, the history lasts as long as the session.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkstemp

from prompt_toolkit.auto_suggest import AutoSuggest, Suggestion
from prompt_toolkit.buffer import Buffer
from prompt_toolkit.document import Document
from prompt_toolkit.history import History

from stackduck import homes
from stackduck.errors import ProgrammingError
from stackduck.shell.secrets import has_secret

if sys.platform != "win32":
    import fcntl

MOST_ENTRIES = 10_000
_SLACK = 1_000
"""How many entries more there may be before the oldest ones go, so that this is seldom done."""
_LONGEST = 100_000
"""Characters of an entry; a longer one was pasted by mistake, or is data."""


def default_path(environ: Mapping[str, str] = os.environ) -> Path:
    """Return the file in the user's state folder. Raises ProgrammingError where the user has no home."""
    folder = homes.folder("state", environ)
    if folder is None:
        raise ProgrammingError("no folder for the history; set XDG_STATE_HOME")
    return Path(folder, "history.jsonl")


def open_history(path: Path | None = None, *, most: int = MOST_ENTRIES) -> ShellHistory:
    """Return the history that is kept in a file, the user's own unless told; never raises for what the file is.

    A history that cannot be kept says why in `problem`.
    """
    try:
        history = ShellHistory(path or default_path(), most=most)
    except ProgrammingError as exc:
        return ShellHistory(None, problem=str(exc))
    # A folder that the user chose may be others' as well.
    history.prepare(has_own_folder=path is None)
    return history


class ShellHistory(History):
    """The entries of earlier sessions and of this one."""

    def __init__(self, path: Path | None, *, most: int = MOST_ENTRIES, problem: str = "") -> None:
        super().__init__()
        self.path = path
        self.problem = problem
        """Why nothing is kept beyond this session; empty where all is well."""
        self._most = most
        self._latest = ""

    def prepare(self, *, has_own_folder: bool) -> None:
        """Make the file this user's alone, and its folder if that is its own; drop entries where there are too many."""
        with self._noting_problems():
            assert self.path is not None
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            if has_own_folder:
                _make_private(self.path.parent, 0o700)
            with self._locked() as file:
                _make_private(self.path, 0o600)
                lines = _lines(self.path.read_bytes())
                if lines and not lines[-1].endswith(b"\n"):
                    # What a killed shell left unfinished does not spoil the next line.
                    os.write(file, b"\n")
                    lines[-1] += b"\n"
                self._latest = next(_entries(reversed(lines)), "")
                # Windows lets nobody replace a file that is open.
                if len(lines) > self._most + _SLACK and sys.platform != "win32":
                    self._replace(lines[-self._most :])

    def load_history_strings(self) -> Iterable[str]:
        """Yield the entries, the newest first; lines that are damaged are passed over."""
        if self.path is None or self.problem:
            return
        with suppress(OSError):
            yield from _entries(reversed(_lines(self.path.read_bytes())))

    def append_string(self, string: str) -> None:
        """Remember an entry, unless it is blank or the same as the one before it."""
        text = string.strip()
        if text and text != self._latest:
            self._latest = text
            super().append_string(text)

    def store_string(self, string: str) -> None:
        """Append an entry to the file, unless it holds a secret, which only this session remembers."""
        if self.path is None or self.problem or len(string) > _LONGEST or has_secret(string):
            return
        line = json.dumps({"text": string}, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
        with self._noting_problems(), self._locked() as file:
            os.write(file, line + b"\n")

    @contextmanager
    def _noting_problems(self) -> Iterator[None]:
        try:
            yield
        except OSError as exc:
            why = exc.strerror or type(exc).__name__
            self.problem = f"the history {self.path} cannot be kept: {why}; it lasts as long as this session"

    @contextmanager
    def _locked(self) -> Iterator[int]:
        """Lend the file for appending, while no other shell drops old entries."""
        assert self.path is not None
        while True:
            file = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), 0o600)
            try:
                _lock(file)
                if _is_still_there(file, self.path):
                    yield file
                    return
            finally:
                os.close(file)

    def _replace(self, lines: list[bytes]) -> None:
        """Put a file with these lines in the place of the old one, whole or not at all."""
        assert self.path is not None
        target = self.path.resolve()
        number, name = mkstemp(dir=target.parent, prefix=f".{target.name}.")
        try:
            with os.fdopen(number, "wb") as file:
                file.writelines(lines)
            os.replace(name, target)
        except BaseException:
            with suppress(OSError):
                os.unlink(name)
            raise


class SuggestFromHistory(AutoSuggest):
    """Suggest the rest of the newest entry that begins like what is typed; never one with a secret."""

    def get_suggestion(self, buffer: Buffer, document: Document) -> Suggestion | None:
        """Return the rest of an entry; none before two characters are typed, or inside the text."""
        typed = document.text
        if len(typed.strip()) < 2 or not document.is_cursor_at_the_end:
            return None
        for entry in reversed(buffer.history.get_strings()):
            if len(entry) > len(typed) and entry.startswith(typed) and not has_secret(entry):
                return Suggestion(entry[len(typed) :])
        return None


def _lines(content: bytes) -> list[bytes]:
    return content.splitlines(keepends=True)


def _entries(lines: Iterable[bytes]) -> Iterator[str]:
    for line in lines:
        with suppress(ValueError, KeyError, TypeError):
            text = json.loads(line)["text"]
            if isinstance(text, str) and text:
                yield text


def _make_private(path: Path, mode: int) -> None:
    """Take away what others may do."""
    if sys.platform != "win32" and path.stat().st_mode & 0o777 & ~mode:
        path.chmod(mode)


def _lock(file: int) -> None:
    """Wait until no other shell holds the file; on Windows each append is whole without it."""
    if sys.platform != "win32":
        fcntl.flock(file, fcntl.LOCK_EX)


def _is_still_there(file: int, path: Path) -> bool:
    """Tell whether no other shell has put a shorter file in the place of this one."""
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(file), path.stat())
    return False
