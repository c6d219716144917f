"""Which credential goes to which host: the user's word alone."""

from __future__ import annotations

import traceback
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from stackduck.api import hosts
from stackduck.api.bindings import Bindings
from stackduck.api.credentials import Credential
from stackduck.catalog.model import Auth
from stackduck.errors import AuthenticationError, InterfaceError

SECRET = "sk-secret-0123456789"


def credential(
    auth: dict[str, Any], *, at: str = "https://api.example.com", shown: Auth | None = None, **environ: str
) -> Credential | None:
    base = hosts.parse(at, source="a document")
    return Bindings(auth, environ).credential(base, shown or Auth(), resource="acme.billing.seats")


@pytest.mark.parametrize(
    "host",
    ["", "a b", "http://api.example.com", "https://u:p@api.example.com", "https://api.example.com/v1", "a?b", "a#b"],
)
def test_what_is_no_host_is_refused_at_once(host: str) -> None:
    with pytest.raises(InterfaceError):
        Bindings({host: "TOKEN"}, {})


@pytest.mark.parametrize(
    "secret", [SECRET, "", "a b", "digest:TOKEN", "bearer:", "bearer:A:B", "basic:A:B:C", "A:B", "$TOKEN"]
)
def test_what_names_no_variable_is_refused_without_being_shown(secret: str) -> None:
    with pytest.raises(InterfaceError, match=r"^--auth for api\.example\.com names no environment variable") as raised:
        Bindings({"api.example.com": secret}, {})
    assert SECRET not in "".join(traceback.format_exception(raised.value))


@pytest.mark.parametrize(
    "at",
    ["https://other.example.com", "https://api.example.com:8443", "https://api.example.com.evil.example"],
)
def test_a_host_that_nothing_is_bound_to_is_an_error_that_says_how(at: str) -> None:
    with pytest.raises(AuthenticationError) as raised:
        credential({"api.example.com": "TOKEN"}, at=at, TOKEN=SECRET)
    host = at.removeprefix("https://")
    assert str(raised.value) == (
        f"acme.billing.seats is asked at {host}, to which no credential is bound; bind one with --auth {host}=NAME "
        f"(connect(auth={{'{host}': 'NAME'}})), where NAME is the environment variable that holds it, "
        "or write none for no credential"
    )


def test_plain_http_is_another_host() -> None:
    assert credential({"http://127.0.0.1:9000": "TOKEN"}, at="http://127.0.0.1:9000", TOKEN=SECRET)
    with pytest.raises(AuthenticationError):
        credential({"127.0.0.1:9000": "TOKEN"}, at="http://127.0.0.1:9000", TOKEN=SECRET)


def test_a_variable_that_is_not_set_is_an_error_that_names_it() -> None:
    with pytest.raises(AuthenticationError, match=r"the variable ACME_TOKEN for api\.example\.com is not set"):
        credential({"api.example.com": "ACME_TOKEN"})


def test_what_looks_like_a_token_in_the_place_of_its_variable_is_not_shown() -> None:
    with pytest.raises(AuthenticationError, match="the variable that --auth names") as raised:
        credential({"api.example.com": "ghp_secret"})
    assert "ghp_secret" not in str(raised.value)


def test_a_form_that_stackduck_does_not_make_is_an_error_that_names_it_and_the_way_out() -> None:
    sign = Auth(flaw="aws_signing_v4")
    with pytest.raises(AuthenticationError, match=r"'aws_signing_v4'.*--auth api\.example\.com=bearer:NAME"):
        credential({"api.example.com": "TOKEN"}, shown=sign, TOKEN=SECRET)
    with pytest.raises(AuthenticationError, match=r"--auth api\.example\.com=bearer:NAME"):
        credential({}, shown=sign)
    found = credential({"api.example.com": "bearer:TOKEN"}, shown=sign, TOKEN=SECRET)
    assert found
    assert found.headers == {"Authorization": f"Bearer {SECRET}"}


@pytest.mark.parametrize("value", ["", "  ", "a\nb", "a b", "é"])
def test_a_credential_that_no_header_may_hold_is_refused_without_being_shown(value: str) -> None:
    with pytest.raises(AuthenticationError) as raised:
        credential({"api.example.com": "TOKEN"}, TOKEN=value)
    assert "a b" not in str(raised.value)


@pytest.mark.parametrize("value", ["", "nocolon", ":", "a:b\nc"])
def test_a_pair_that_is_none_is_refused(value: str) -> None:
    with pytest.raises(AuthenticationError):
        credential({"api.example.com": "basic:PAIR"}, PAIR=value)


@pytest.mark.parametrize("secret", [None, "none"])
def test_no_credential_is_one_of_the_user_s_choices(secret: str | None) -> None:
    assert credential({"api.example.com": secret}) is None


def pair(text: str) -> dict[str, str]:
    return {"Authorization": f"Basic {b64encode(text.encode()).decode()}"}


@pytest.mark.parametrize(
    ("secret", "shown", "headers"),
    [
        ("TOKEN", Auth(), {"Authorization": "Bearer t"}),
        ("TOKEN", Auth("api_key"), {"Authorization": "t"}),
        ("TOKEN", Auth("api_key", prefix="SSWS "), {"Authorization": "SSWS t"}),
        ("TOKEN", Auth("api_key", "X-Key"), {"X-Key": "t"}),
        ("bearer:TOKEN", Auth("api_key", "X-Key"), {"Authorization": "Bearer t"}),
        ("bearer:TOKEN", Auth("basic"), {"Authorization": "Bearer t"}),
        ("PAIR", Auth("basic"), pair("ann:p w:d")),
        ("basic:PAIR", Auth(), pair("ann:p w:d")),
        ("basic:TOKEN:TOKEN", Auth(), pair("t:t")),
        ("basic:KEY", Auth(), pair("k:")),
        (lambda: "given", Auth(), {"Authorization": "Bearer given"}),
    ],
    ids=range(11),
)
def test_the_forms_of_a_credential(secret: str | Callable[[], str], shown: Auth, headers: dict[str, str]) -> None:
    found = credential({"api.example.com": secret}, shown=shown, TOKEN="t", PAIR="ann:p w:d", KEY="k:")
    assert found
    assert found.headers == headers


def test_a_key_in_the_query_is_in_no_header() -> None:
    found = credential({"api.example.com": "TOKEN"}, shown=Auth("api_key", "api key", True), TOKEN="t/1")
    assert found
    assert found.headers == {}
    assert found.signed("/a") == "/a?api%20key=t%2F1"
    assert found.signed("/a?x=1&api%20key=echo") == "/a?x=1&api%20key=t%2F1"


@pytest.mark.parametrize("host", ["api.example.com", "API.example.com:443", "https://api.example.com/"])
def test_a_host_may_be_written_in_several_ways(host: str) -> None:
    assert credential({host: "TOKEN"}, TOKEN=SECRET)


def test_nothing_that_can_be_read_shows_a_secret() -> None:
    bindings = Bindings({"api.example.com": lambda: SECRET}, {"TOKEN": SECRET})
    found = bindings.credential(hosts.parse("https://api.example.com", source=""), Auth(), resource="r")
    assert found
    assert SECRET not in repr(found) + repr(vars(bindings)["_by_origin"])
    assert found.redact(f"a {SECRET} b") == "a *** b"
