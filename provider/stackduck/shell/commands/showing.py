"""Commands on how answers look and where they go, and those that show the latest one again."""

from __future__ import annotations

from collections.abc import Sequence

from stackduck.catalog.names import did_you_mean
from stackduck.cli.exits import UsageError
from stackduck.output import FORMATS
from stackduck.shell.commands.model import Definition

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.shell.session import Session


CHARTS = ("line", "bars", "spark")


def set_mode(session: Session, argument: str, statement: str) -> None:
    """Choose the format of answers, or tell it."""
    if argument:
        session.settings.mode = _format(argument)
    others = "" if argument else f"; there are {', '.join(_formats(session))}"
    session.note(f"mode {session.settings.mode}{others}")


def toggle_vertical(session: Session, argument: str, statement: str) -> None:
    """Show a line for each value from now on, or rows again."""
    settings = session.settings
    settings.mode = "table" if settings.mode == "vertical" else "vertical"
    session.note(f"mode {settings.mode}")


def show_last(session: Session, argument: str, statement: str) -> None:
    """Show the latest rows again: everything of them, or in another format."""
    session.show(form=_format(argument) if argument else None, in_full=True)


def show_chart(session: Session, argument: str, statement: str) -> None:
    """Draw the latest rows, as the columns suit or as the user says."""
    if argument and argument not in CHARTS:
        raise UsageError(f"no chart '{argument}'; there are {', '.join(CHARTS)}")
    session.show(form="chart", chart=argument or None)


def write_once(session: Session, argument: str, statement: str) -> None:
    """Send the next answer to a file."""
    session.display.redirect_once(path_of(argument))
    session.note(f"the next answer goes to {path_of(argument)}")


def write_on(session: Session, argument: str, statement: str) -> None:
    """Send answers to a file from now on, or show them again."""
    before = session.display.file
    session.display.redirect(path_of(argument) or None)
    if argument:
        session.note(f"answers go to {path_of(argument)}, which is in its place after .output or .exit")
    elif before:
        session.note(f"{before} is written; answers are shown again")


def path_of(argument: str) -> str:
    """Read a file's name, which may stand in quotes; ~ is the user's home."""
    import os

    text = argument.strip()
    if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"":
        text = text[1:-1]
    return os.path.expanduser(text)


def _format(name: str) -> str:
    """Return a format by its name or by the beginning of exactly one."""
    wanted = name.lower()
    begun = [form for form in FORMATS if form.startswith(wanted) and form != "parquet"]
    if wanted == "parquet":
        raise UsageError("Parquet is for files; write .once FILE.parquet")
    if wanted in begun or len(begun) == 1:
        return wanted if wanted in begun else begun[0]
    raise UsageError(f"no format '{name}'{did_you_mean(wanted, FORMATS) or '; .mode lists them'}")


def _charts(session: Session) -> Sequence[str]:
    return CHARTS


def _formats(session: Session) -> Sequence[str]:
    return [form for form in FORMATS if form != "parquet"]


COMMANDS = (
    Definition("mode", "choose the format of answers", set_mode, "[FORMAT]", values=_formats),
    Definition("vertical", "show a line for each value, or rows again", toggle_vertical, aliases=("x",)),
    Definition("last", "show the latest rows in full, or in another format", show_last, "[FORMAT]", values=_formats),
    Definition("chart", "draw the latest rows", show_chart, "[KIND]", values=_charts),
    Definition("once", "send the next answer to a file", write_once, "FILE", takes_path=True),
    Definition("output", "send answers to a file, or show them again", write_on, "[FILE]", ("o",), takes_path=True),
)
