"""The files of reports in a recording: kept as they came, compressed, and given again by their placeholders."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event

from stackduck.api.links import Link
from stackduck.api.model import CancelledError, Part
from stackduck.api.part_files import PartFiles
from stackduck.api.recording import hiding
from stackduck.api.recording.folder import Recording
from stackduck.errors import NotRecordedError

Bring = Callable[[int, Event], Part]

_FILES = "files"
_ENDINGS = (".json.gz", ".json.zst")
_PIECE = 1024 * 1024


def keeping(
    bring: Bring, recording: Recording, *, files: PartFiles, at: Callable[[int], Link], on_bytes: Callable[[int], None]
) -> Bring:
    """Return what brings the parts of a report: from the recording, else by `bring`, and then they are kept.

    `at` gives the link of a part.
    """

    def bring_and_keep(index: int, stop: Event) -> Part:
        link = at(index)
        if link.host == hiding.HOST:
            return _replayed(link, index, recording, files=files, on_bytes=on_bytes, stop=stop)
        if recording.is_replay:
            raise NotRecordedError(f"the recording {recording.folder} has no file of {link.host}; record it anew")
        part = bring(index, stop)
        # The link may have been renewed meanwhile; each leads to the same file.
        placeholder = recording.placeholder(at(index).origin + at(index).target)
        found = placeholder and hiding.named(placeholder.partition(hiding.HOST)[2])
        if found:
            _keep(part, recording, *found)
        return part

    return bring_and_keep


def has_file(recording: Recording, placeholder_path: str) -> bool:
    """Tell whether the file of a placeholder is in the recording."""
    return _found(recording, placeholder_path) is not None


def _found(recording: Recording, placeholder_path: str) -> Path | None:
    named = hiding.named(placeholder_path)
    if named is None:
        return None
    name, number = named
    paths = (recording.path(_FILES, *name.split("/"), number + ending) for ending in _ENDINGS)
    return next((path for path in paths if path.is_file()), None)


def _keep(part: Part, recording: Recording, name: str, number: str) -> None:
    ending = _ENDINGS[part.compression == "zstd"]
    with part.path.open("rb") as source, recording.written(_FILES, *name.split("/"), number + ending) as target:
        if part.compression != "none":
            shutil.copyfileobj(source, target, _PIECE)
            return
        # Without a name and a time the same file is the same bytes.
        with gzip.GzipFile(filename="", mode="wb", fileobj=target, mtime=0) as packed:
            shutil.copyfileobj(source, packed, _PIECE)


def _replayed(
    link: Link,
    index: int,
    recording: Recording,
    *,
    files: PartFiles,
    on_bytes: Callable[[int], None],
    stop: Event,
) -> Part:
    path = _found(recording, link.path)
    if path is None:
        raise NotRecordedError(
            f"the file behind {link.path} is not in the recording {recording.folder}; record a statement that reads "
            "the report, with --record (connect(record=…))"
        )
    file = files.create(index)
    try:
        with path.open("rb") as source:
            while piece := source.read(_PIECE):
                if stop.is_set():
                    raise CancelledError
                file.write(piece)
                on_bytes(len(piece))
        return files.finish(index, file)
    except BaseException:
        files.drop(index, file)
        raise
