"""Which links are followed, what they show of themselves, and renewing them together."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest

from stackduck.api.links import ChangedError, Link, Links, onward, parse


@pytest.mark.parametrize(
    "url",
    [
        *("", "files.test/a", "http://files.test/a", "ftp://files.test/a", "file:///etc/passwd", "https://"),
        *("https://ann:geheim@files.test/a", "https://files.test@evil.test/a", "https://files.test\\@evil.test/a"),
        *("https://files.test/a b", "https://files.test/a\r\nHost: x", "https://files.test/ä", "//files.test/a"),
        *("http://127.0.0.1.evil.test/a", "http://10.0.0.1/a", "http://[::2]/a"),
    ],
)
@pytest.mark.parametrize("is_plain_allowed", [True, False])
def test_only_https_is_followed(url: str, is_plain_allowed: bool) -> None:
    assert parse(url, is_plain_allowed=is_plain_allowed) is None


@pytest.mark.parametrize("url", ["http://127.0.0.1:8080/a?s=1", "http://localhost/a", "http://[::1]:1/a"])
def test_plain_http_is_followed_to_loopback_where_the_api_is_there_too(url: str) -> None:
    assert parse(url, is_plain_allowed=False) is None
    link = parse(url, is_plain_allowed=True)
    assert link is not None
    assert link.is_loopback


def test_a_link_keeps_its_target_letter_for_letter_and_out_of_sight() -> None:
    link = parse("HTTPS://Files.TEST:443/a%2Fb/../c?sig=A%2bb%3D%3D&se=1:2#f", is_plain_allowed=False)
    assert link is not None
    assert (link.origin, link.host, link.is_tls) == ("https://files.test", "files.test", True)
    assert link.target == "/a%2Fb/../c?sig=A%2bb%3D%3D&se=1:2"
    assert link.path == "/a%2Fb/../c"
    assert "sig" not in f"{link!r} {link} {[link]}"


@pytest.mark.parametrize(
    ("location", "origin", "target"),
    [
        pytest.param("https://other.test/x?s=2", "https://other.test", "/x?s=2", id="absolute"),
        pytest.param("//other.test/x", "https://other.test", "/x", id="same-scheme"),
        pytest.param("../x?s=2", "https://files.test", "/x?s=2", id="relative"),
    ],
)
def test_a_redirect_leads_on(location: str, origin: str, target: str) -> None:
    link = onward(Link("https://files.test", "files.test", False, "/a/b?s=1"), location, is_plain_allowed=False)
    assert link is not None
    assert (link.origin, link.target) == (origin, target)


@pytest.mark.parametrize(
    "location", ["http://files.test/a", "http://127.0.0.1/a", "https://a:b@c.test/", "https://[x/"]
)
def test_a_redirect_to_what_no_link_may_be_leads_nowhere(location: str) -> None:
    link = Link("https://files.test", "files.test", False, "/a/b?s=1")
    assert onward(link, location, is_plain_allowed=False) is None


def made(*targets: str) -> list[Link]:
    return [Link("https://files.test", "files.test", False, target) for target in targets]


def test_links_that_many_threads_find_expired_are_renewed_once() -> None:
    renewals, together = [], Barrier(8)

    def renew() -> list[Link]:
        renewals.append(1)
        return made("/a?s=2", "/b?s=2")

    links = Links(made("/a?s=1", "/b?s=1"), renew)

    def find_expired(index: int) -> str:
        generation, _ = links.at(index)
        together.wait(5)
        links.renew(generation)
        return links.at(index)[1].target

    with ThreadPoolExecutor(8) as pool:
        targets = list(pool.map(find_expired, [0, 1] * 4))
    assert targets == ["/a?s=2", "/b?s=2"] * 4
    assert len(renewals) == 1


def test_links_of_other_files_are_a_change_for_everybody() -> None:
    links = Links(made("/a?s=1"), lambda: made("/b?s=2"))
    for _ in range(2):
        with pytest.raises(ChangedError) as caught:
            links.renew(0)
        assert [link.path for link in caught.value.links] == ["/b"]
