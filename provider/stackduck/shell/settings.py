"""What a user can set in a session: plain values, without any effect of their own."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(slots=True)
class Settings:
    """The wishes of one session; the commands change them."""

    mode: str = "table"
    """The format of answers."""
    header: bool = True
    timer: bool = False
    """Whether each statement ends with a line on what it took."""
    paging: bool = True
    quiet: bool = False
    """Whether warnings, notes and progress are left out."""
    parameters: dict[str, object] = field(default_factory=dict)
    """The values of $name, :name and '{{ name }}'."""
    data: str = ""
    """A block of data that goes before every statement, or nothing."""
