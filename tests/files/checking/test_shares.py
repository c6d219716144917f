"""Work shared among copies of a process gives what one alone gives."""

from __future__ import annotations

import os
import subprocess
import sys

_ALONE = """
import os, sys
from stackduck.files.checking import shares
shares._processors = lambda: 3

def work(items):
    if os.getpid() != parent and {fails}:
        raise ValueError
    return [(item * 2, os.getpid()) for item in items]

parent = os.getpid()
found = shares.mapped(work, list(range(50)))
print([number for number, _ in found] == [2 * n for n in range(50)], len({{pid for _, pid in found}}))
"""


def _told(*, fails: bool) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _ALONE.format(fails=fails)], capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def test_shares_come_together_in_order() -> None:
    assert _told(fails=False) == f"True {3 if hasattr(os, 'fork') else 1}"


def test_what_another_process_cannot_do_is_done_by_this_one() -> None:
    assert _told(fails=True) == "True 1"


def test_few_items_are_not_shared() -> None:
    from stackduck.files.checking.shares import mapped

    assert mapped(lambda items: [os.getpid() for _ in items], [1, 2]) == [os.getpid()] * 2
