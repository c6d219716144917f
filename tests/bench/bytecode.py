"""The byte code of what is measured: an installed package has it; a checkout may not, and then starts more slowly."""

from __future__ import annotations

import compileall
from pathlib import Path

import stackduck


def compile_package() -> None:
    """Compile what has changed, as pip does when it installs."""
    for folder in (Path(stackduck.__file__).parent, Path(__file__).parent):
        if not compileall.compile_dir(folder, quiet=2):
            raise SystemExit(f"{folder} cannot be compiled")
