"""Commands that switch things on and off, and give parameters their values."""

from __future__ import annotations

import re
from collections.abc import Sequence

from stackduck.cli.exits import UsageError
from stackduck.shell.commands.model import Action, Definition
from stackduck.shell.parameters import value
from stackduck.sql.rewrite import literal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session

_SWITCH = {"on": True, "yes": True, "true": True, "1": True, "off": False, "no": False, "false": False, "0": False}
_ASSIGNMENT = re.compile(r"[$:]?(?P<name>[A-Za-z_]\w*)(?:\s*=\s*|\s+)(?P<value>.+)\Z", re.DOTALL)
_NAME = re.compile(r"[$:]?(?P<name>[A-Za-z_]\w*)\Z")


def set_parameter(session: Session, argument: str, statement: str) -> None:
    """Give a parameter its value, take it away, or tell them all."""
    parameters = session.settings.parameters
    if not argument:
        session.display.tell(
            [f"${name} = {literal(each)}" for name, each in parameters.items()]
            or ["no parameters; .param NAME VALUE gives $NAME one"]
        )
        return
    if re.match(r"clear\b(?!\s*=)", argument):
        _clear(session, argument.removeprefix("clear").strip())
        return
    match = _ASSIGNMENT.match(argument.rstrip("; "))
    if not match:
        raise UsageError("write .param NAME VALUE, or .param clear [NAME]")
    parameters[match["name"]] = value(match["value"])
    session.note(f"${match['name']} = {literal(parameters[match['name']])}")


def _clear(session: Session, name: str) -> None:
    parameters = session.settings.parameters
    if not name:
        parameters.clear()
        return
    match = _NAME.match(name)
    if not match or match["name"] not in parameters:
        raise UsageError(f"no parameter '{name}'; .param lists them")
    del parameters[match["name"]]


def _switch(name: str, told: str) -> Action:
    """Make a command that switches a setting: to what is told, else to what it is not."""

    def switch(session: Session, argument: str, statement: str) -> None:
        if argument and argument.lower() not in _SWITCH:
            raise UsageError(f"'{argument}' is neither on nor off")
        now = _SWITCH[argument.lower()] if argument else not getattr(session.settings, name)
        setattr(session.settings, name, now)
        session.note(f"{told} {'on' if now else 'off'}")

    return switch


def _on_off(session: Session) -> Sequence[str]:
    return "on", "off"


def _parameters(session: Session) -> Sequence[str]:
    return [*session.settings.parameters, "clear"]


COMMANDS = (
    Definition("param", "give $NAME a value, or tell the values", set_parameter, "[NAME VALUE]", values=_parameters),
    Definition(
        "timer",
        "end with a line on rows, calls and seconds",
        _switch("timer", "timer"),
        "[on|off]",
        ("timing",),
        _on_off,
    ),
    Definition("header", "show the columns' names", _switch("header", "header"), "[on|off]", values=_on_off),
    Definition(
        "pager",
        "show what does not fit through $PAGER",
        _switch("paging", "pager"),
        "[on|off]",
        values=_on_off,
    ),
)
