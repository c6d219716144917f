"""What may be typed next: where the cursor is, what can stand there, and which of it is meant."""

from __future__ import annotations

from stackduck.shell.completion.commands import Command
from stackduck.shell.completion.completer import SqlCompleter

__all__ = ["Command", "SqlCompleter"]
