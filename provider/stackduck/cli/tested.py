"""What became of the tests of SQL files, on standard output: a line a file as it is done, or JSON, or JUnit's XML."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter

from stackduck.cli import exits
from stackduck.cli.destinations import Destination
from stackduck.cli.runs import silence_stdout
from stackduck.cli.statistics import counted
from stackduck.cli.supervision import supervise
from stackduck.output.safety import GuardedStream, visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.files.testing import Verdict

_INDENT = " " * 8


def report(results: Iterable[Verdict], *, stop: Callable[[], None], form: str) -> int:
    """Run the tests, tell what became of them, and return the exit code: 1 where one failed.

    `stop` ends them from another thread, when the user wants no more of it.
    """
    destination = Destination()
    destination.open()
    stream = GuardedStream(destination.stream)
    done: list[Verdict] = []
    started = perf_counter()

    def work() -> None:
        for each in results:
            done.append(each)
            if form == "text":
                _write_line(each, stream)

    try:
        supervise(work, stop=stop, tick=lambda seconds: None)
        _WRITERS[form](done, perf_counter() - started, stream)
        destination.commit()
    except BrokenPipeError:
        silence_stdout()
    return exits.QUERY if any(each.status == "failed" for each in done) else exits.OK


def _write_line(each: Verdict, stream: GuardedStream) -> None:
    """Write what became of one file."""
    told = {
        "passed": f"({counted(each.rows, 'row')}, {each.seconds:.2f} s)",
        "failed": f"({each.seconds:.2f} s)",
        "skipped": "(expects nothing)",
    }[each.status]
    lines = [f"{each.status:<7} {visible(str(each.file.path))} {told}"]
    for failure in each.failures:
        first, *rest = failure.message.splitlines()
        lines += [f"{_INDENT}{failure.expectation}: {first}", *(f"{_INDENT}  {line}" for line in rest)]
        lines += [f"{_INDENT}  {line}" for line in failure.diff]
    stream.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def _write_summary(done: Sequence[Verdict], seconds: float, stream: GuardedStream) -> None:
    counts = {status: sum(each.status == status for each in done) for status in ("passed", "failed", "skipped")}
    told = ", ".join(f"{count} {status}" for status, count in counts.items() if count or status == "passed")
    stream.write(f"{told} in {seconds:.2f} s\n")


def _write_json(done: Sequence[Verdict], seconds: float, stream: GuardedStream) -> None:
    told = [
        {
            "file": str(each.file.path),
            "name": each.file.name,
            "status": each.status,
            "rows": each.rows,
            "seconds": round(each.seconds, 3),
            "warnings": list(each.warnings),
            "failures": [
                {"expectation": failure.expectation, "message": failure.message, "diff": list(failure.diff)}
                for failure in each.failures
            ],
        }
        for each in done
    ]
    stream.write(json.dumps(told, ensure_ascii=False, indent=1) + "\n")


def _write_junit(done: Sequence[Verdict], seconds: float, stream: GuardedStream) -> None:
    """Write the XML that CI systems read."""
    from xml.etree import ElementTree as Xml

    failed, skipped = (str(sum(each.status == status for each in done)) for status in ("failed", "skipped"))
    counts = {"tests": str(len(done)), "failures": failed, "skipped": skipped, "time": f"{seconds:.3f}"}
    suite = Xml.Element("testsuite", {"name": "stackduck test", **counts})
    for each in done:
        folder = str(each.file.path.parent)
        case = Xml.SubElement(suite, "testcase", classname=folder, name=each.file.name, time=f"{each.seconds:.3f}")
        if each.status == "skipped":
            Xml.SubElement(case, "skipped", message="expects nothing")
        for failure in each.failures:
            found = Xml.SubElement(case, "failure", message=_valid(f"{failure.expectation}: {failure.message}"))
            found.text = _valid("\n".join(failure.diff))
    root = Xml.Element("testsuites")
    root.append(suite)
    Xml.indent(root)
    stream.write(Xml.tostring(root, encoding="unicode", xml_declaration=False) + "\n")


def _valid(text: str) -> str:
    """Return a text without the characters that XML cannot hold."""
    return "".join(each for each in text if each in "\t\n\r" or each.isprintable())


_WRITERS: dict[str, Callable[[Sequence[Verdict], float, GuardedStream], None]] = {
    "text": _write_summary,
    "json": _write_json,
    "junit": _write_junit,
}
