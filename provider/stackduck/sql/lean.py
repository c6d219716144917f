"""Importing sqlglot without what looks for its plugins, which takes a seventh of that time and is never asked for here.

It stays what it is: where anybody does ask for a plugin, that is imported then.
"""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

if TYPE_CHECKING:
    from importlib.abc import Loader

_METADATA = "importlib.metadata"


class _Finder:
    """Finds sqlglot, once; it stays among the finders, for other threads may be going through them."""

    def __init__(self) -> None:
        self._is_done = False

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        if fullname != "sqlglot" or self._is_done:
            return None
        self._is_done = True
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            spec.loader = cast("Loader", _Loader(spec.loader))
        return spec


class _Loader:
    """Loads a module as its own loader does, with importlib.metadata stood in for meanwhile."""

    def __init__(self, own: Loader) -> None:
        self._own = own

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        return self._own.create_module(spec)

    def exec_module(self, module: ModuleType) -> None:
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._own
        with without_metadata():
            self._own.exec_module(module)


class _Stand(ModuleType):
    """Stands in for importlib.metadata, and imports it once anything of it is used."""

    def __init__(self) -> None:
        super().__init__(_METADATA)
        # Its submodules are found there.
        self.__path__ = [os.path.join(folder, "metadata") for folder in importlib.__path__]

    def __getattr__(self, name: str) -> Any:
        # Importing asks for names like __spec__.
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_imported(), name)

    @staticmethod
    def entry_points(**criteria: Any) -> Any:
        """Return the plugins of installed packages."""
        return _imported().entry_points(**criteria)


def _imported() -> ModuleType:
    if isinstance(sys.modules.get(_METADATA), _Stand):
        sys.modules.pop(_METADATA, None)
    return importlib.import_module(_METADATA)


@contextmanager
def without_metadata() -> Iterator[None]:
    """Let importlib.metadata be imported by who uses it, not by who imports it."""
    if _METADATA in sys.modules:
        yield
        return
    # Another thread that imports it meanwhile finds it in either place, and goes on using the second.
    stand = _Stand()
    sys.modules[_METADATA] = stand
    vars(importlib)["metadata"] = stand
    try:
        yield
    finally:
        if sys.modules.get(_METADATA) is stand:
            sys.modules.pop(_METADATA, None)


def prepare() -> None:
    """Let sqlglot be imported so when it is first needed."""
    if "sqlglot" not in sys.modules:
        # A new list, for other threads may be going through the old one.
        sys.meta_path = [_Finder(), *sys.meta_path]
