"""What went wrong with a call, as an error of ours: what GitHub said, for which values, and what to do.

Pure. The texts hold the path's template and the parameter values, never a URL's query or a secret.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from time import time

from stackduck.api.credentials import Credential
from stackduck.api.model import Answer, TransferError
from stackduck.api.rules import message
from stackduck.api.waits import is_rate_limit, sent_at
from stackduck.catalog.model import Request
from stackduck.errors import (
    AuthenticationError,
    NotFoundError,
    OperationalError,
    PermissionDeniedError,
    RateLimitError,
    RequestTimeoutError,
)

_QUERY = re.compile(r"(?i)((?:https?:)?//[^\s?#\"'<>]*)[?#][^\s\"'<>]*")
_MESSAGES = ("message", "error_description", "errorSummary", "detail", "error", "title")
_POLICY = re.compile(r"'([^']+)' policy must be enabled")


def where(request: Request) -> str:
    """Name a call in a message: GET /orgs/{org}/copilot/billing (github.copilot.org_details, org = 'octo')."""
    values = "".join(f", {name} = '{_shown(value)}'" for name, value in request.values)
    return f"{request.http_method} {request.path_template} ({request.resource}{values})"


def who(request: Request) -> str:
    """Name whom a call asks."""
    return request.host or "GitHub"


def failed(text: str, request: Request, *, status: int | None = None) -> OperationalError:
    """Return a plain failure of a call, with its facts."""
    return OperationalError(text, status=status, resource=request.resource, values=dict(request.values))


def of_answer(
    answer: Answer, request: Request, *, credential: Credential | None, wait: float | None = None
) -> Exception:
    """Return the error for an answer that is not to be had again, or not before a longer wait than allowed."""
    if wait is not None or is_rate_limit(answer):
        return _rate_limited(answer, request, wait)
    status = answer.status
    kind: type[OperationalError] = OperationalError
    if status in _KINDS:
        kind, remedy = _KINDS[status][0], _KINDS[status][1](answer, request, credential)
    elif status == 202:
        remedy = "it is still computing the answer; run again in a minute"
    elif status >= 500 or status == 408:
        page = "" if request.server else ", see githubstatus.com"
        remedy = (
            f"{who(request)} is in trouble or a gateway before it is; {next_step(request, 'run again later')}{page}"
        )
    else:
        remedy = _RARE.get(status, "")
    said = tidy(_said(answer), credential)
    text = f"{who(request)} answered {status} to {where(request)}: {said}{'; ' if remedy else ''}{remedy}"
    return kind(text, status=status, resource=request.resource, values=dict(request.values))


def of_fault(fault: TransferError, request: Request, *, host: str, tries: int) -> OperationalError:
    """Return the error for a call that brought no whole answer."""
    again = f" after {tries} tries" if tries > 1 else ""
    if fault.timed_out:
        text = f"{host} did not answer {where(request)} in time{again}: {fault.reason}"
        text = f"{text}; {next_step(request, 'run again later')}"
        return RequestTimeoutError(text, resource=request.resource, values=dict(request.values))
    if not fault.sent:
        text = f"cannot reach {host}{again}: {fault.reason}; check the network, the proxy variables and the API URL"
        return failed(f"{text}, wanted for {where(request)}", request)
    remedy = next_step(request, "run again")
    return failed(f"{host} gave no whole answer to {where(request)}{again}: {fault.reason}; {remedy}", request)


def next_step(request: Request, remedy: str) -> str:
    """Return the remedy of a call that reads; one that writes may have been carried out all the same."""
    return remedy if request.is_read else "it may have been carried out: check before you repeat it"


def _rate_limited(answer: Answer, request: Request, wait: float | None) -> RateLimitError:
    headers = answer.headers
    resets_at = None if wait is None else datetime.fromtimestamp(sent_at(answer, now=time()) + min(wait, 1e7), UTC)
    until = f"run again after {_clock(resets_at)}, when it resets" if resets_at else "run again later"
    if not is_rate_limit(answer):
        text = f"{who(request)} answered {answer.status} to {where(request)} and asks for patience; run again after "
        text += _clock(resets_at) if resets_at else "a while"
    elif headers.get("x-ratelimit-remaining", "").strip() == "0" and headers.get("x-ratelimit-limit"):
        resource = headers.get("x-ratelimit-resource", "core")
        period = "an hour" if resource == "core" else f"for {resource}"
        text = f"rate limit of {headers['x-ratelimit-limit']} {period} used up at {where(request)}; {until}"
    else:
        text = f"secondary rate limit reached at {where(request)}; {until}, or ask for fewer calls at once"
    facts = {"status": answer.status, "resource": request.resource, "values": dict(request.values)}
    return RateLimitError(text, resets_at=resets_at, **facts)


def _clock(when: datetime) -> str:
    """Write a time to the next full minute, with its day when that is not clear."""
    minute = (when + timedelta(seconds=59, microseconds=999_999)).replace(second=0, microsecond=0)
    is_near = minute - datetime.now(UTC) < timedelta(hours=20)
    return f"{minute:%H:%M} UTC" if is_near else f"{minute:%Y-%m-%d %H:%M} UTC"


def _unauthenticated(answer: Answer, request: Request, credential: Credential | None) -> str:
    if credential is None:
        return f"{who(request)} wants a credential; bind one with --auth"
    return f"check the token from {credential.source}: it may have expired, been revoked or belong to another host"


def _denied(answer: Answer, request: Request, credential: Credential | None) -> str:
    said = message(answer.body)
    if credential is None:
        return f"{who(request)} may want a credential; bind one with --auth"
    if "x-github-sso" in answer.headers:
        return "authorize the token for the organization's single sign-on: github.com/settings/tokens, Configure SSO"
    if "IP allow list" in said:
        return "ask an owner to put this machine's address on the IP allow list, or run from a network that is on it"
    if _POLICY.search(said):
        is_enterprise = request.path_template.startswith("/enterprises/")
        place = "AI Controls" if is_enterprise else "Settings, Copilot, Policies"
        return f"an {'enterprise' if is_enterprise else 'organization'} owner enables it under {place}"
    return _missing_scope(answer.headers) or (
        f"check that the token from {credential.source} has the permission and its owner the role that this needs"
    )


def _not_found(answer: Answer, request: Request, credential: Credential | None) -> str:
    names = [name for name, _ in request.values if "{" + name + "}" in request.path_template]
    names = names or [name for name, _ in request.values]
    checked = f"check {' and '.join(names)}" if names else "check the API URL"
    scope = _missing_scope(answer.headers)
    if credential is None:
        return checked
    token = f"the token from {credential.source}, from which {who(request)} hides what it may not see"
    return f"{checked}, and {token}{': ' if scope else ''}{scope}"


def _missing_scope(headers: Mapping[str, str]) -> str:
    """Say which scope or permission would do, where the headers show that the token has none of them."""
    needed = headers.get("x-accepted-github-permissions", "").strip()
    if needed and "x-oauth-scopes" not in headers:
        return f"the token needs the permission {needed.replace(';', ' or ')}"
    accepted = _scopes(headers.get("x-accepted-oauth-scopes", ""))
    if not accepted or "x-oauth-scopes" not in headers:
        return ""
    held = _scopes(headers["x-oauth-scopes"])
    if any(scope in _implied(held) for scope in accepted):
        return ""
    return f"the token has the scopes {', '.join(held) or '(none)'} and needs {' or '.join(accepted)}"


def _scopes(header: str) -> list[str]:
    return [scope.strip() for scope in header.split(",") if scope.strip()]


def _implied(scopes: list[str]) -> set[str]:
    """Return the scopes with those that they include: admin:org includes write:org and read:org."""
    found = set(scopes)
    for scope in scopes:
        level, _, thing = scope.partition(":")
        if level in ("admin", "write", "manage") and thing:
            found |= {f"write:{thing}", f"read:{thing}"} if level == "admin" else {f"read:{thing}"}
    return found


def _said(answer: Answer) -> str:
    """Return GitHub's own words: the message, then what its list of errors names."""
    try:
        body = json.loads(answer.body)
    except ValueError:
        body = None
    said = _message(body)
    if not isinstance(body, dict) or not said:
        return said or _phrase(answer.status)
    policy = _POLICY.search(said)
    if policy and answer.status == 403:
        return f"the '{policy[1]}' policy is off"
    errors = body.get("errors")
    details = [_detail(error) for error in (errors if isinstance(errors, list) else [errors] if errors else [])]
    return f"{said.rstrip('.')} ({', '.join(details)})" if details else said


def _message(body: object) -> str:
    """Return the message of an error's body: GitHub's way of writing it, or one of the other usual ones."""
    if isinstance(body, str):
        return body
    said = body if isinstance(body, dict) else {}
    found = next((said[name] for name in _MESSAGES if said.get(name)), "")
    return _message(found) if isinstance(found, dict) else str(found)


def _detail(error: object) -> str:
    if not isinstance(error, dict):
        return str(error)
    if error.get("message"):
        return str(error["message"])
    return " ".join(str(error[key]) for key in ("resource", "field", "code") if error.get(key))


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "no explanation"


def tidy(text: str, credential: Credential | None) -> str:
    """Return foreign text as one line of bounded length without secrets or the queries of URLs."""
    line = " ".join(text.split())
    shown = _QUERY.sub(r"\1", credential.redact(line) if credential else line)
    return _shown(shown, 500).rstrip(".")


def _shown(value: str, limit: int = 120) -> str:
    printable = "".join(character if character.isprintable() else "\ufffd" for character in value)
    return printable if len(printable) <= limit else f"{printable[:limit]}…"


_Remedy = Callable[[Answer, Request, Credential | None], str]
_KINDS: dict[int, tuple[type[OperationalError], _Remedy]] = {
    401: (AuthenticationError, _unauthenticated),
    403: (PermissionDeniedError, _denied),
    404: (NotFoundError, _not_found),
}
_RARE = {
    400: "check the values",
    409: "wait for what is under way there, or check its settings",
    410: "it has been withdrawn, or its owner has switched it off",
    422: "check the values",
    451: "it may not be shown for legal reasons",
}
