"""Provider documents from a registry server: reading its list, checking an archive, keeping what it holds.

A version is kept in a folder of its own in the user's data folder, whole or not at all, and never changes there: an
archive of the same version with other content is refused. Opens no connection.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from typing import Any

from stackduck.catalog import folders
from stackduck.catalog.archives import LIMITS, Limits, unpack
from stackduck.errors import DataError, OperationalError, ProgrammingError
from stackduck.frozen import frozen

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
_CHECKSUM = re.compile(r"(?:sha256[:=-])?([0-9a-fA-F]{64})")
_RECORD = ".pulled.json"


@frozen
class Offer:
    """A provider as a registry lists it."""

    versions: tuple[str, ...]
    """From the oldest to the newest."""
    checksums: Mapping[str, str]
    """SHA-256 in hexadecimal digits by version, where the registry tells it."""

    @property
    def latest(self) -> str:
        """The newest version, one that is meant for use where there is any."""
        stable = [version for version in self.versions if "-" not in version]
        return (stable or list(self.versions))[-1]


@frozen
class Archive:
    """An archive on disk, and what it should be."""

    path: str
    provider: str
    version: str
    sha256: str
    """What it is."""
    told: frozenset[str] = frozenset()
    """What the registry says that it is; nothing where it says nothing."""
    source: str = ""
    """Where it came from, for messages."""


def offers(content: bytes, source: str) -> dict[str, Offer]:
    """Read a registry's list of providers: {providers: {github: {versions: [v1.0.0]}}}, by name.

    Checksums may stand beside the versions, {checksums: {v1.0.0: <sha256>}}. Raises ProgrammingError for another form.
    """
    from stackduck.catalog.documents import parse

    document = parse(content, source)
    listed = document.mapping(document.root, "providers", where="")
    found = {}
    for name in listed:
        node = document.mapping(listed, name, where="providers")
        versions = node.get("versions")
        names = [str(version) for version in versions] if isinstance(versions, list) else []
        usable = sorted(filter(is_name, dict.fromkeys(names)), key=folders.version_key)
        if is_name(name) and usable:
            checksums = document.mapping(node, "checksums", where=f"providers.{name}")
            found[name] = Offer(tuple(usable), dict(_checksums(checksums, usable, source=source, provider=name)))
    return found


def is_name(text: str) -> bool:
    """Tell whether a text can be the name of a provider or a version: nothing that leads anywhere in a path or URL."""
    return _NAME.fullmatch(text) is not None and not text.endswith(".")


def checksum(text: str) -> str | None:
    """Return the SHA-256 in a text, as 'sha256:…' or as such a file has it before a name; None for what is none."""
    match = _CHECKSUM.fullmatch(text.split()[0]) if text.split() else None
    return match[1].lower() if match else None


def install(archive: Archive, root: str, *, limits: Limits = LIMITS) -> str:
    """Keep what an archive holds, make its version the one that is used, and return its folder.

    Raises DataError for an archive that is not what the registry says, not a provider's, or not safe to unpack; and
    OperationalError where another of this version is kept already, or the folder cannot be written.
    """
    _check(archive)
    home = os.path.join(root, folders.folder_of(archive.provider))
    target = os.path.join(home, archive.version)
    try:
        if not os.path.isdir(target):
            _place(archive, home, target, limits=limits)
        _compare(archive, target)
        _replace(os.path.join(home, folders.CURRENT), archive.version.encode())
    except OSError as exc:
        raise OperationalError(f"{exc.filename or home}: cannot be written: {exc.strerror or exc}") from exc
    return target


def _check(archive: Archive) -> None:
    for told in archive.told - {archive.sha256}:
        raise _refused(archive, f"has the checksum {archive.sha256}, and the registry says {told}")


def _place(archive: Archive, home: str, target: str, *, limits: Limits) -> None:
    """Unpack beside the target, look whether it is a provider, and only then give it its name."""
    os.makedirs(home, mode=0o700, exist_ok=True)
    temporary = tempfile.mkdtemp(dir=home, prefix=".pull-")
    try:
        with open(archive.path, "rb") as file:
            try:
                unpack(file, temporary, top=(os.path.basename(home), archive.version), limits=limits)
            except DataError as exc:
                raise _refused(archive, str(exc)) from None
        _validate(archive, temporary)
        _write(os.path.join(temporary, _RECORD), _record(archive))
        try:
            os.rename(temporary, target)
        except OSError:
            # Another process may have placed the same version meanwhile.
            if not os.path.isdir(target):
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def _validate(archive: Archive, folder: str) -> None:
    """Raise DataError unless the folder holds the documents of the provider that was asked for."""
    from stackduck.catalog.documents import parse

    file = os.path.join(folder, "provider.yaml")
    if not os.path.isfile(file):
        raise _refused(archive, "holds no provider.yaml")
    try:
        with open(file, "rb") as opened:
            root = parse(opened.read(), "provider.yaml").root
    except ProgrammingError as exc:
        raise _refused(archive, f"is not readable: {exc}") from None
    name = root.get("name") or root.get("id")
    if str(name).lower() not in (archive.provider.lower(), folders.folder_of(archive.provider).lower()):
        raise _refused(archive, f"is of the provider '{name}'")
    if not isinstance(root.get("providerServices"), dict) or not root["providerServices"]:
        raise _refused(archive, "lists no services")


def _compare(archive: Archive, folder: str) -> None:
    """Raise OperationalError where the version that is kept came from an archive with other content."""
    try:
        with open(os.path.join(folder, _RECORD), "rb") as file:
            kept: Any = json.load(file)
    except (OSError, ValueError):
        kept = None
    known = kept.get("sha256") if isinstance(kept, dict) else None
    if known != archive.sha256:
        was = f"from an archive with the checksum {known}" if known else "but was not pulled"
        raise OperationalError(
            f"{archive.provider} {archive.version} is in {folder} already, {was}; {archive.source} now has "
            f"{archive.sha256}: a version should never change, so look into it, then remove that folder and pull again"
        )


def _record(archive: Archive) -> bytes:
    return json.dumps({"sha256": archive.sha256, "source": archive.source}, indent=1).encode()


def _replace(path: str, content: bytes) -> None:
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path), prefix=".version-")
    os.close(handle)
    try:
        _write(temporary, content)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)


def _checksums(
    told: Mapping[str, Any], versions: list[str], *, source: str, provider: str
) -> Iterator[tuple[str, str]]:
    for version in versions:
        if told.get(version) is not None:
            found = checksum(str(told[version]))
            if found is None:
                raise ProgrammingError(f"{source}: providers.{provider}.checksums.{version}: is no SHA-256")
            yield version, found


def _refused(archive: Archive, reason: str) -> DataError:
    name = f"{archive.provider} {archive.version}"
    return DataError(f"the archive of {name} from {archive.source} {reason}; it is not kept")
