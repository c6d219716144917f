"""The files of reports in a recording: kept as they came, compressed, and given again by their placeholders."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from threading import Event, Lock

from stackduck.api.links import Link, Links
from stackduck.api.model import CancelledError, Part
from stackduck.api.part_files import PartFiles
from stackduck.api.recording import hiding
from stackduck.api.recording.folder import Recording
from stackduck.errors import NotRecordedError

Bring = Callable[[int, Event], Part]

_FILES = "files"
_ENDINGS = (".json.gz", ".json.zst")
_PIECE = 1024 * 1024


class RecordedParts:
    """Brings the parts of one report: from the recording, else from where they are, and then they are kept."""

    def __init__(
        self,
        recording: Recording,
        bring: Bring,
        *,
        links: Links,
        files: PartFiles,
        on_bytes: Callable[[int], None],
    ) -> None:
        self._recording = recording
        self._bring = bring
        self._links = links
        self._files = files
        self._on_bytes = on_bytes
        self._counting = Lock()

    def bring(self, index: int, stop: Event) -> Part:
        """Return a part once it is whole. Raises NotRecordedError where only the recording may answer."""
        _, link = self._links.at(index)
        if link.host == hiding.HOST:
            return self._replayed(link, index, stop)
        if self._recording.is_replay:
            raise NotRecordedError(f"the recording {self._recording.folder} holds no file of {link.host}")
        part = self._bring(index, stop)
        # The link may have been renewed meanwhile; each leads to the same file.
        _, link = self._links.at(index)
        placeholder = self._recording.placeholder(link.origin + link.target) or ""
        if found := hiding.named(placeholder.partition(hiding.HOST)[2]):
            _keep(part, self._recording, *found)
        return part

    def _replayed(self, link: Link, index: int, stop: Event) -> Part:
        path = _found(self._recording, link.path)
        if path is None:
            raise NotRecordedError(
                f"the file behind {link.path} is not in the recording {self._recording.folder}; record a statement "
                "that reads the report, with --record (connect(record=…))"
            )
        file = self._files.create(index)
        try:
            with path.open("rb") as source:
                while piece := source.read(_PIECE):
                    if stop.is_set():
                        raise CancelledError
                    file.write(piece)
                    with self._counting:
                        self._on_bytes(len(piece))
            return self._files.finish(index, file)
        except BaseException:
            self._files.drop(index, file)
            raise


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
