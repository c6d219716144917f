"""The process's first step and last: answers --version at once, hands everything else to the command line.

It must stay cheap to import: what it does not need, a `stackduck --version` does not pay for.
"""

from __future__ import annotations

import os
import sys


def main() -> int:
    """Run the command and return its exit code."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from stackduck import __version__

        sys.stdout.write(f"stackduck {__version__}\n")
        return 0
    import gc

    from stackduck.cli import run

    # What is imported stays, and looking for garbage in it takes a tenth of a short statement's time.
    gc.set_threshold(100_000, 20, 20)
    try:
        _leave(run(sys.argv[1:]))
    except KeyboardInterrupt:
        os._exit(130)
    return 0


def _leave(code: int) -> None:
    """End the process now: tearing DuckDB's modules down takes longer than most statements."""
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None:
                stream.flush()
        except OSError:
            code = code or 1
    os._exit(code)


if __name__ == "__main__":
    sys.exit(main())
