"""Where stackduck keeps what is a user's: one rule for each system, and for what is kept. Looks at no file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Literal

_FOLDERS = {"data": ("XDG_DATA_HOME", "~/.local/share"), "state": ("XDG_STATE_HOME", "~/.local/state")}


def folder(kind: Literal["data", "state"], environ: Mapping[str, str]) -> str | None:
    """Return stackduck's folder of a kind; None where the user has no home."""
    if sys.platform == "win32":
        base = environ.get("LOCALAPPDATA", "")
    elif sys.platform == "darwin":
        base = os.path.expanduser("~/Library/Application Support")
    else:
        name, usual = _FOLDERS[kind]
        base = environ.get(name, "")
        # Relative ones are to be ignored, says the XDG specification.
        base = base if os.path.isabs(base) else os.path.expanduser(usual)
    return os.path.join(base, "stackduck") if os.path.isabs(base) else None
