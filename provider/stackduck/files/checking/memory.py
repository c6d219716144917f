"""A bound on the memory of a process that checks files of which nobody knows what they ask for."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

_LARGEST = 2 * 1024**3
"""Bytes of data; a check takes a tenth of it."""


@contextmanager
def bounded() -> Iterator[None]:
    """Let what asks for too much memory fail, for the whole process, where the system can.

    DuckDB's own limit is for what it keeps, not for the values of an expression while it is evaluated.
    """
    if sys.platform != "linux":
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    known = [limit for limit in (soft, hard, _LARGEST) if limit != resource.RLIM_INFINITY]
    resource.setrlimit(resource.RLIMIT_DATA, (min(known), hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))
