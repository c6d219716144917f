"""Find provider documents: registry folders, laid out <provider>/<version>/provider.yaml, and the files they name.

Lists folders and looks for files; reads none. Imports next to nothing, since every statement asks for provider names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from stackduck.errors import ProgrammingError

_VARIABLE = "STACKDUCK_REGISTRY"


def default_folders(extra: Sequence[str | os.PathLike[str]], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the folders in the order of search: the given ones, the environment's, the built-in one."""
    given = [(os.fspath(folder), "--registry") for folder in extra]
    listed = [(folder, _VARIABLE) for folder in environ.get(_VARIABLE, "").split(os.pathsep) if folder.strip()]
    for folder, source in (*given, *listed):
        _check(folder, source)
    return (*(folder for folder, _ in (*given, *listed)), *built_in())


def built_in() -> tuple[str, ...]:
    """Return the folder that comes with stackduck: inside an installed package, or beside it in a checkout."""
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    installed = os.path.join(package, "registry")
    checkout = os.path.join(os.path.dirname(os.path.dirname(package)), "registry")
    return tuple(folder for folder in (installed, checkout) if os.path.isdir(folder))[:1]


def provider_names(folder: str) -> Iterator[str]:
    """Yield the providers of a registry folder; the folder's listing alone says."""
    for entry in _folders(folder):
        if newest(os.path.join(folder, entry)):
            yield entry


def newest(provider_folder: str) -> str:
    """Return the newest version's provider.yaml in a provider's folder, or an empty text."""
    for version in sorted(_folders(provider_folder), key=_version, reverse=True):
        path = os.path.join(provider_folder, version, "provider.yaml")
        if os.path.isfile(path):
            return path
    return ""


def document(provider_file: str, reference: str) -> str:
    """Return the file that a provider.yaml names, or an empty text where it is not there.

    A reference is relative to the registry folder (github/v1.0.0/services/copilot.yaml), or to the provider.yaml;
    it never leads out of the registry folder.
    """
    own = os.path.dirname(os.path.abspath(provider_file))
    registry = os.path.dirname(os.path.dirname(own))
    for base in (registry, own):
        path = os.path.normpath(os.path.join(base, *reference.split("/")))
        if path.startswith(registry + os.sep) and os.path.isfile(path):
            return path
    return ""


def _check(folder: str, source: str) -> None:
    if not os.path.isdir(folder):
        raise ProgrammingError(f"{source}: no folder '{folder}'")
    if not any(provider_names(folder)):
        raise ProgrammingError(
            f"{source}: '{folder}' holds no provider; a registry folder has <provider>/<version>/provider.yaml"
        )


def _folders(path: str) -> list[str]:
    try:
        with os.scandir(path) as entries:
            return sorted(e.name for e in entries if not e.name.startswith(".") and e.is_dir())
    except OSError:
        return []


def _version(name: str) -> tuple[tuple[int, ...], str]:
    """Return what versions are compared by: their numbers, v24.11.00355 being newer than v24.9.00001."""
    return tuple(int(number) for number in re.findall(r"\d+", name)), name
