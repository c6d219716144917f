"""Find provider documents: registry folders, laid out <provider>/<version>/provider.yaml, and the files they name.

Lists folders and looks for files; reads none. Imports next to nothing, since every statement asks for provider names.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence

from stackduck import homes
from stackduck.errors import ProgrammingError

_VARIABLE = "STACKDUCK_REGISTRY"
_FOLDERS = {"google": "googleapis.com"}
"""The providers that StackQL keeps in a folder of another name."""
CURRENT = ".version"
"""The file beside a provider's versions that says which one to use; without it, the newest."""


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


def pulled(environ: Mapping[str, str]) -> str | None:
    """Return the user's folder for documents that were pulled from a registry; None where the user has no home."""
    folder = homes.folder("data", environ)
    return os.path.join(folder, "registry") if folder else None


def is_pulled(file: str, environ: Mapping[str, str]) -> bool:
    """Tell whether a document came from a registry, and not from the user or with stackduck."""
    folder = pulled(environ)
    return folder is not None and os.path.realpath(file).startswith(os.path.join(os.path.realpath(folder), ""))


def folder_of(provider: str) -> str:
    """Return the name of a provider's folder."""
    return _FOLDERS.get(provider, provider)


def provider_names(folder: str) -> Iterator[str]:
    """Yield the providers of a registry folder; the folder's listing alone says."""
    for name, _ in provider_files(folder):
        yield name


def provider_files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the providers of a registry folder, each with the provider.yaml to use."""
    names = {name: provider for provider, name in _FOLDERS.items()}
    for entry in _folders(folder):
        if file := newest(os.path.join(folder, entry)):
            yield names.get(entry, entry), file


def newest(provider_folder: str) -> str:
    """Return the provider.yaml of the version to use in a provider's folder, or an empty text: the chosen one, or else
    the newest."""
    versions = sorted(_folders(provider_folder), key=version_key, reverse=True)
    for version in (*_chosen(provider_folder, versions), *versions):
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


def _chosen(provider_folder: str, versions: Sequence[str]) -> tuple[str, ...]:
    try:
        with open(os.path.join(provider_folder, CURRENT), encoding="utf-8") as file:
            chosen = file.read(100).strip()
    except (OSError, ValueError):
        return ()
    return (chosen,) if chosen in versions else ()


def version_key(name: str) -> tuple[tuple[int, ...], str]:
    """Return what versions are compared by: their numbers, v24.11.00355 being newer than v24.9.00001."""
    return tuple(int(number) for number in re.findall(r"\d+", name)), name
