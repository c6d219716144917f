"""What stands in the place of a wire: one that keeps every answer, and one that gives what was kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from threading import Event

from stackduck.api.caller import Peer
from stackduck.api.credentials import Credential
from stackduck.api.model import Answer, Sender
from stackduck.api.recording import exchanges, hiding
from stackduck.api.recording.exchanges import Ask
from stackduck.api.recording.files import has_file
from stackduck.api.recording.folder import LOOPBACK, Recording
from stackduck.errors import NotRecordedError, OperationalError

_ANSWERS = "answers"


def over(recording: Recording, peer: Peer, *, open_wire: Callable[[], Sender]) -> Sender:
    """Return what answers for a host: the recording alone, or a wire whose answers it keeps."""
    host = "github" if peer.is_github else peer.base.host
    if recording.is_replay:
        return ReplayingWire(recording, host=host)
    if peer.is_github:
        recording.is_of(peer.base)
    # A sandbox has another port each time; any other server has one that its document tells.
    varying = peer.base.origin if peer.is_github and peer.base.is_loopback else ""
    return RecordingWire(open_wire(), recording, host=host, varying=varying, credential=peer.credential)


class ReplayingWire:
    """Answers from a recording, and reaches nothing."""

    def __init__(self, recording: Recording, *, host: str) -> None:
        self._recording = recording
        self._host = host

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        """Return the recorded answer. Raises NotRecordedError where there is none."""
        asked = exchanges.ask(self._host, method, target, headers=headers, body=body)
        content = self._recording.read(*_place(asked))
        if content is None:
            folder = self._recording.folder
            raise NotRecordedError(
                f"{asked} is not in the recording {folder}; record it: the same statement with --record instead of "
                f"--replay (connect(record=…)), into a new folder where the day is another one"
            )
        return _answer(content, asked, self._recording)

    def close(self) -> None:
        """Close nothing."""


class RecordingWire:
    """Sends, and keeps every answer; what is kept already is not asked again."""

    def __init__(
        self, wire: Sender, recording: Recording, *, host: str, varying: str, credential: Credential | None
    ) -> None:
        """Keep what the wire brings; `varying` is an origin that is another one the next time, or empty."""
        self._wire = wire
        self._recording = recording
        self._host = host
        self._varying = varying
        self._credential = credential

    def send(self, method: str, target: str, *, headers: Mapping[str, str], body: str | None, stop: Event) -> Answer:
        """Return the kept answer, or ask and keep it."""
        asked = self._asked(method, target, headers, body)
        content = self._recording.read(*_place(asked))
        if content is not None and self._is_whole(content):
            return _answer(content, asked, self._recording)
        answer = self._wire.send(method, target, headers=headers, body=body, stop=stop)
        if exchanges.is_kept(answer):
            self._keep(asked, answer)
        return answer

    def close(self) -> None:
        """Close the connections."""
        self._wire.close()

    def _asked(self, method: str, target: str, headers: Mapping[str, str], body: str | None) -> Ask:
        """Return what is asked, without the credential: a link to the next page may repeat one in its query."""
        credential = self._credential
        shown = credential.redact(target) if credential and credential.in_query else target
        name = credential.name if credential else ""
        return exchanges.ask(self._host, method, shown, headers=headers, body=body, secret=name)

    def _is_whole(self, content: bytes) -> bool:
        """Tell whether the files behind the links of an answer are kept too, and its pages are not elsewhere now."""
        return not self._varying and all(has_file(self._recording, path) for path in exchanges.placeholders(content))

    def _keep(self, asked: Ask, answer: Answer) -> None:
        hider = hiding.Hider(
            f"{asked.host}/{asked.name}",
            self._recording.note_link,
            self._credential.secrets if self._credential else (),
            (self._varying, LOOPBACK),
        )
        content = exchanges.written(asked, answer, hider)
        with self._recording.written(*_place(asked)) as file:
            file.write(content)


def _place(asked: Ask) -> tuple[str, str, str]:
    return _ANSWERS, asked.host, f"{asked.name}.json"


def _answer(content: bytes, asked: Ask, recording: Recording) -> Answer:
    try:
        return exchanges.read(content)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as exc:
        path = recording.path(*_place(asked))
        raise OperationalError(f"{path} is no recorded answer; restore it, or record anew") from exc
