"""What went wrong with a download, as an error of ours: which part of which report, and what to do.

Pure. The texts hold the host at most, never a link.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from stackduck.api.model import TransferError
from stackduck.errors import NotFoundError, OperationalError, PermissionDeniedError, RequestTimeoutError
from stackduck.frozen import frozen

_CODE = re.compile(r"[A-Za-z]{1,60}")


@frozen
class Place:
    """One part of one report, as messages name it."""

    label: str
    number: int
    """Counted from 1."""
    count: int

    def __str__(self) -> str:
        return f"part {self.number} of {self.count}{' of ' if self.label else ''}{self.label}"

    @property
    def values(self) -> Mapping[str, str]:
        """The same for programs."""
        return {"report": self.label, "part": str(self.number)}


def refused_link(place: Place) -> OperationalError:
    """Return the error for a link that is not followed at all."""
    text = f"the link to {place} is no https address, and no other is followed"
    return OperationalError(f"{text}; check the API URL", values=place.values)


def of_status(status: int, headers: Mapping[str, str]) -> str:
    """Say how the storage answered: its status, and its own code for the reason where it gives one."""
    code = headers.get("x-ms-error-code", "")
    return f"{status}{f' ({code})' if _CODE.fullmatch(code) else ''}"


def of_fault(fault: TransferError, place: Place, *, host: str, tries: int) -> OperationalError:
    """Return the error for a part that is not tried again."""
    again = f" after {tries} tries" if tries > 1 else ""
    if fault.status is not None:
        return _answered(fault, place, host=host, again=again)
    if fault.timed_out:
        text = f"{host} did not deliver {place} in time{again}: {fault.reason}; run again later"
        return RequestTimeoutError(text, values=place.values)
    if not fault.sent:
        remedy = "check the network and the proxy variables, and that a firewall lets this host through"
        return OperationalError(
            f"cannot reach {host} for {place}{again}: {fault.reason}; {remedy}", values=place.values
        )
    text = f"{host} did not deliver {place} whole{again}: {fault.reason}; run again"
    return OperationalError(text, values=place.values)


def of_disk(reason: str, place: Place, *, folder: Path) -> OperationalError:
    """Return the error for a part that cannot be written."""
    text = f"cannot write {place} to {folder}: {reason}; make room there, or name another folder"
    return OperationalError(text, values=place.values)


def changed(label: str) -> OperationalError:
    """Return the error for a report that is another one since its links were renewed."""
    what = label or "the report"
    text = f"{what} was made anew while it was downloaded, so that its parts do not fit together; run again"
    return OperationalError(text, values={"report": label})


def _answered(fault: TransferError, place: Place, *, host: str, again: str) -> OperationalError:
    text = f"{host} answered {fault.reason} to the link of {place}{again}"
    kind, remedy = _KINDS.get(fault.status or 0, (OperationalError, "run again later"))
    return kind(f"{text}; {remedy}", status=fault.status, values=place.values)


_KINDS: dict[int, tuple[type[OperationalError], str]] = {
    403: (PermissionDeniedError, "a new link did not help; check that no firewall or proxy refuses this host"),
    404: (NotFoundError, "GitHub may have made the report anew; run again"),
}
