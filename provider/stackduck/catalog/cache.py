"""Keep the parsed form of a document on disk: where, how it is written, when it is believed.

A file is two lines (a mark, an index) and then one line of JSON a record, so that one record is decoded without the
others. A file that is missing, damaged or foreign is as if it were not there; a folder that cannot be written is no
error.
"""

from __future__ import annotations

import json
import os
import re
import sys
import zlib
from collections.abc import Iterable, Mapping
from typing import Any

FORMAT = 2
"""Raised whenever the layout of the file changes."""

_MARK = b"stackduck-document"
_OWN = re.compile(r"[0-9a-f]{64}\.json|[0-9a-f]{16}\..*\.tmp")


class DamagedError(Exception):
    """A record is not what was written; the document has to be parsed again."""


class Records:
    """The parsed form of one document: its head, and records by name, each decoded when it is asked for."""

    def __init__(self, head: Mapping[str, Any], index: Mapping[str, tuple[int, int, int]], body: bytes) -> None:
        self.head = head
        self._index = index
        self._body = body

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the records, in the document's order."""
        return tuple(self._index)

    def read(self, name: str) -> Any:
        """Decode a record; raise DamagedError where its text is not what was written."""
        start, length, checksum = self._index[name]
        text = self._body[start : start + length]
        if zlib.crc32(text) != checksum:
            raise DamagedError(name)
        return json.loads(text)


def user_folder(environ: Mapping[str, str] = os.environ) -> str | None:
    """Return this user's folder for parsed documents; None where the user has no home."""
    if given := environ.get("STACKDUCK_CACHE"):
        return os.path.join(given, "documents")
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Caches")
    else:
        base = environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return os.path.join(base, "stackduck", "documents") if os.path.isabs(base) else None


def key_of(contents: Iterable[bytes], *names: str) -> str:
    """Return the key of a document's parsed form: its contents, whose they are, and the code that parses them."""
    from hashlib import sha256

    digest = sha256(json.dumps([FORMAT, *code_state(os.path.dirname(__file__)), *names]).encode())
    for content in contents:
        digest.update(b"%d\n" % len(content))
        digest.update(content)
    return digest.hexdigest()


def code_state(folder: str) -> list[str]:
    """Return what tells one version of the code in a folder from another, without reading it."""
    try:
        with os.scandir(folder) as entries:
            files = [(entry.name, entry.stat()) for entry in entries if entry.name.endswith(".py")]
    except OSError:
        return []
    return sorted(f"{name} {stat.st_size} {stat.st_mtime_ns}" for name, stat in files)


def encode(key: str, head: Mapping[str, Any], records: Mapping[str, Any]) -> bytes:
    """Return the file that holds a head and its records."""
    index: dict[str, tuple[int, int, int]] = {}
    lines, start = [], 0
    for name, value in records.items():
        text = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        index[name] = (start, len(text), zlib.crc32(text))
        lines.append(text + b"\n")
        start += len(text) + 1
    top = json.dumps([head, index], separators=(",", ":")).encode()
    return b"%s %s %d\n%s\n%s" % (_MARK, key.encode(), zlib.crc32(top), top, b"".join(lines))


def decode(data: bytes, key: str) -> Records | None:
    """Read a file that encode wrote for this key; None for any other."""
    mark, _, rest = data.partition(b"\n")
    top, _, body = rest.partition(b"\n")
    if mark != b"%s %s %d" % (_MARK, key.encode(), zlib.crc32(top)):
        return None
    head, index = json.loads(top)
    return Records(head, index, body)


def load(folder: str | None, key: str) -> Records | None:
    """Return the parsed form that is kept under a key, if there is one."""
    if folder is None:
        return None
    try:
        with open(_path(folder, key), "rb") as file:
            return decode(file.read(), key)
    except (OSError, ValueError):
        return None


def keep(folder: str | None, key: str, data: bytes) -> None:
    """Write a file under a key, whole or not at all: another process may be writing the same one."""
    if folder is None:
        return
    import tempfile

    try:
        os.makedirs(folder, mode=0o700, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=folder, prefix=f"{key[:16]}.", suffix=".tmp")
    except OSError:
        return
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(temporary, _path(folder, key))
    except OSError:
        _remove(temporary)
    except BaseException:
        _remove(temporary)
        raise


def clear(folder: str | None) -> None:
    """Remove every parsed form; files of other names stay."""
    try:
        names = os.listdir(folder) if folder is not None else []
    except OSError:
        return
    for name in names:
        if _OWN.fullmatch(name):
            _remove(os.path.join(str(folder), name))


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _path(folder: str, key: str) -> str:
    return os.path.join(folder, f"{key}.json")
