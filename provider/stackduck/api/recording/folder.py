"""The folder of a recording: its moment and its API, its files, for the owner's eyes alone.

    recording.json                     when it was made, and of which API
    answers/<host>/<request>.json      one answer, as exchanges.py writes it
    files/<host>/<request>/<n>.json.gz the report file behind the n-th link of that answer

Knows what is kept and where; not what an answer or a link looks like.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from secrets import token_hex
from threading import Lock
from typing import BinaryIO

from stackduck.api.hosts import GITHUB, Base
from stackduck.errors import InterfaceError, OperationalError

LOOPBACK = "http://127.0.0.1"
"""What stands for a server on this machine, whose port is another one each time."""
_MANIFEST = "recording.json"
_FORMAT = 1


class Recording:
    """Answers of one API at one moment: all that there are (a replay), or those that need not be asked again."""

    def __init__(self, folder: Path, *, moment: datetime, api: str, is_replay: bool) -> None:
        self.folder = folder
        self.moment = moment
        """When it was begun; the time stands still there while it is made and whenever it answers."""
        self.is_replay = is_replay
        self._api = api
        self._links: dict[str, str] = {}
        self._lock = Lock()

    @property
    def api_url(self) -> str:
        """The API that was recorded."""
        return self._api or GITHUB

    def is_of(self, base: Base) -> None:
        """Note which API is recorded. Raises InterfaceError for another one than the folder holds answers of."""
        name = LOOPBACK if base.is_loopback else base.origin + base.prefix
        with self._lock:
            if self._api and self._api != name:
                raise InterfaceError(f"{self.folder} holds answers of {self._api}; record {name} in another folder")
            if not self._api:
                self._api = name
                self._write_manifest()

    def read(self, *names: str) -> bytes | None:
        """Return what a file holds, or None where it was not recorded."""
        try:
            return self.path(*names).read_bytes()
        except FileNotFoundError:
            return None

    @contextmanager
    def written(self, *names: str) -> Iterator[BinaryIO]:
        """Give a file to write on, which is there whole afterwards or not at all."""
        path = self.path(*names)
        temporary = path.with_name(f".{path.name}.{token_hex(4)}.partial")
        with _as_error(self.folder):
            for folder in reversed(path.relative_to(self.folder).parents):
                self.folder.joinpath(folder).mkdir(mode=0o700, exist_ok=True)
            try:
                with open(temporary, "xb", opener=_for_owner) as file:
                    yield file
                os.replace(temporary, path)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise

    def path(self, *names: str) -> Path:
        """Return where something of the recording is."""
        return self.folder.joinpath(*names)

    def note_link(self, link: str, placeholder: str) -> None:
        """Remember which placeholder stands for a link that was answered, until the file behind it has come."""
        with self._lock:
            self._links[link] = placeholder

    def placeholder(self, link: str) -> str | None:
        """Return what stands for a link in the recording."""
        with self._lock:
            return self._links.get(link)

    def _write_manifest(self) -> None:
        told = {"format": _FORMAT, "moment": self.moment.strftime("%Y-%m-%dT%H:%M:%SZ"), "api": self._api}
        with self.written(_MANIFEST) as file:
            file.write(json.dumps(told, indent=1).encode() + b"\n")


def record(folder: str | Path, *, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Recording:
    """Begin a recording, or go on with one of the same UTC day: what it holds already is not asked again.

    Raises InterfaceError for a folder with anything else in it, or with a recording of another day.
    """
    place = _place(folder)
    moment = now().astimezone(UTC).replace(microsecond=0)
    if (place / _MANIFEST).exists():
        found = _read(place, is_replay=False)
        if found.moment.date() != moment.date():
            day = found.moment.date()
            raise InterfaceError(f"{place} was recorded on {day}; a recording is of one day, name another folder")
        return found
    with _as_error(place):
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(place.iterdir()):
            raise InterfaceError(f"{place} is no recording, and is not empty; name a new folder")
    made = Recording(place, moment=moment, api="", is_replay=False)
    made._write_manifest()
    return made


def _place(folder: str | Path) -> Path:
    try:
        return Path(folder).expanduser().absolute()
    except RuntimeError:
        raise InterfaceError(f"the home folder in {folder} is not known; name the recording's folder whole") from None


def replay(folder: str | Path) -> Recording:
    """Open a recording that answers. Raises InterfaceError where there is none."""
    place = _place(folder)
    if not (place / _MANIFEST).exists():
        raise InterfaceError(f"there is no recording in {place}; make one with --record {place}")
    return _read(place, is_replay=True)


def _read(place: Path, *, is_replay: bool) -> Recording:
    try:
        told = json.loads((place / _MANIFEST).read_bytes())
        version, moment, api = told["format"], datetime.fromisoformat(told["moment"]), str(told["api"])
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as exc:
        raise InterfaceError(f"{place / _MANIFEST} cannot be read; record anew in another folder") from exc
    if version != _FORMAT or moment.tzinfo is None:
        raise InterfaceError(f"{place} was recorded by another version of stackduck; record it anew")
    return Recording(place, moment=moment.astimezone(UTC), api=api, is_replay=is_replay)


@contextmanager
def _as_error(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        reason = (exc.strerror or type(exc).__name__).lower()
        raise OperationalError(f"cannot record in {folder}: {reason}; make room there, or name another folder") from exc


def _for_owner(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)
