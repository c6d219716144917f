"""The client against a server on a real socket: pages, order, budget, concurrency, stopping."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

import pytest

from stackduck.api.client import Absences, Client, Page
from stackduck.catalog.model import Request
from stackduck.errors import (
    AuthenticationError,
    InterfaceError,
    NotFoundError,
    OperationalError,
    PermissionDeniedError,
)

from .conftest import TOKEN, Handler, Reply, Seen, Server

Serve = Callable[[Handler], Server]
Connect = Callable[..., Client]
Make = Callable[..., Request]


def page_of(request: Seen) -> int:
    """Return the page that a request asks for."""
    _, _, number = request.target.partition("page=")
    return int(number or 1)


def numbered(last: int) -> Handler:
    """Serve pages with GitHub's numbered links."""

    def handler(request: Seen) -> Reply:
        number, path = page_of(request), request.target.partition("?")[0]
        url = f"http://{request.headers['host']}{path}?page="
        link = f'<{url}{number + 1}>; rel="next", <{url}{last}>; rel="last"' if number < last else ""
        return Reply(body=f"[{number}]".encode(), headers={"Link": link})

    return handler


def cursors(last: int) -> Handler:
    """Serve pages of which each one names only the next."""

    def handler(request: Seen) -> Reply:
        number = page_of(request)
        link = f'<http://{request.headers["host"]}/x?page={number + 1}>; rel="next"' if number < last else ""
        return Reply(body=f"[{number}]".encode(), headers={"Link": link})

    return handler


def once(asked: threading.Event, action: Callable[[], None]) -> None:
    """Do something from another thread as soon as the server was asked."""

    def wait_and_act() -> None:
        asked.wait(5)
        action()

    threading.Thread(target=wait_and_act, daemon=True).start()


def bodies(pages: list[tuple[int, Page]]) -> list[tuple[int, bytes]]:
    return [(index, page.body) for index, page in pages]


def test_more_requests_than_allowed_are_refused_before_any_call(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply())
    with pytest.raises(OperationalError, match=r"needs 3 calls; max_calls allows 2; .*--max-calls"):
        connect(server.url).fetch([request_for(name) for name in "abc"], max_calls=2)
    assert server.seen == []


def test_announced_pages_beyond_the_limit_are_refused_after_the_first(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(numbered(250))
    with pytest.raises(OperationalError, match=r"org = 'octo'\) .*to 250 calls or more; max_calls allows 100;"):
        list(connect(server.url).fetch([request_for()], max_calls=100))
    assert len(server.seen) == 1


def test_cursors_beyond_the_limit_stop_with_an_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(cursors(99))
    with pytest.raises(OperationalError, match=r"to 6 calls or more; max_calls allows 5;"):
        list(connect(server.url).fetch([request_for()], max_calls=5))
    assert len(server.seen) == 5


def test_as_many_pages_as_allowed_are_no_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    assert len(list(connect(serve(numbered(5)).url).fetch([request_for()], max_calls=5))) == 5


@pytest.mark.parametrize("link", ["https://evil.test/x", "//evil.test/x", "http://localhost:1/x"])
def test_a_next_link_to_another_origin_is_refused(link: str, serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(headers={"Link": f'<{link}>; rel="next"'}))
    with pytest.raises(OperationalError, match=r"sends .* on to another address; the token goes to http://127"):
        list(connect(server.url).fetch([request_for()]))
    assert len(server.seen) == 1


def test_the_token_never_follows_a_link_to_another_port(serve: Serve, connect: Connect, request_for: Make) -> None:
    evil = serve(lambda request: Reply())
    server = serve(lambda request: Reply(headers={"Link": f'<{evil.url}/x>; rel="next"'}))
    with pytest.raises(OperationalError, match=r"another address"):
        list(connect(server.url).fetch([request_for()]))
    assert evil.seen == []


def test_pages_in_a_circle_are_an_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(headers={"Link": f'</x?page={3 - page_of(request)}>; rel="next"'}))
    with pytest.raises(OperationalError, match=r"go in a circle: page 4 is one that came before"):
        list(connect(server.url).fetch([request_for()]))
    assert len(server.seen) == 3


def test_a_later_page_without_a_body_is_an_error_and_no_end(serve: Serve, connect: Connect, request_for: Make) -> None:
    pages = numbered(3)
    server = serve(lambda request: pages(request) if page_of(request) != 2 else Reply(status=204, body=b""))
    with pytest.raises(OperationalError, match=r"page 2 of GET .* came without rows"):
        list(connect(server.url).fetch([request_for()]))


def test_the_first_error_in_order_is_raised_whatever_comes_first(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    late = threading.Event()

    def handler(request: Seen) -> Reply:
        if "/b/" in request.target:
            late.wait(5)
            return Reply(404, b'{"message":"Not Found"}')
        if "/c/" in request.target:
            late.set()
            return Reply(403, b'{"message":"No"}')
        return Reply()

    client, got = connect(serve(handler).url), []
    with pytest.raises(NotFoundError, match=r"org = 'b'"):
        for page in client.fetch([request_for(name) for name in "abcd"]):
            got.append(page)
    assert [index for index, _ in got] == [0]


def test_after_an_error_nothing_behind_it_is_asked(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(403, b'{"message":"No"}'))
    with pytest.raises(PermissionDeniedError):
        list(connect(server.url, concurrency=1).fetch([request_for(f"org{number}") for number in range(50)]))
    assert len(server.seen) == 1


def test_no_token_is_an_error_before_any_call_and_none_is_sought_without_requests(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply())
    client = connect(server.url, token=None)
    assert list(client.fetch([])) == []
    with pytest.raises(AuthenticationError, match=r"no GitHub token found; set GH_TOKEN"):
        list(client.fetch([request_for()]))
    assert server.seen == []


def test_a_token_set_later_is_found(serve: Serve, connect: Connect, request_for: Make) -> None:
    environ: dict[str, str] = {}
    server = serve(lambda request: Reply())
    client = connect(server.url, token=None, environ=environ)
    with pytest.raises(AuthenticationError):
        list(client.fetch([request_for()]))
    environ["GH_TOKEN"] = "ghp_later"
    assert len(list(client.fetch([request_for()]))) == 1
    assert server.seen[0].headers["authorization"] == "Bearer ghp_later"


@pytest.mark.parametrize(("options", "match"), [({"concurrency": 0}, "concurrency"), ({"api_url": "x"}, "no base URL")])
def test_options_that_cannot_work_are_refused_at_once(options: dict[str, object], match: str) -> None:
    with pytest.raises(InterfaceError, match=match):
        Client(**options)  # type: ignore[arg-type]


def test_a_closed_client_answers_nothing(serve: Serve, connect: Connect, request_for: Make) -> None:
    client = connect(serve(lambda request: Reply()).url)
    assert len(list(client.fetch([request_for()]))) == 1
    client.close()
    with pytest.raises(InterfaceError, match=r"the client is closed"):
        list(client.fetch([request_for()]))


def test_interrupt_from_another_thread_ends_the_wait_for_an_answer(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    asked, release = threading.Event(), threading.Event()

    def handler(request: Seen) -> Reply:
        asked.set()
        release.wait(10)
        return Reply()

    client = connect(serve(handler).url)
    once(asked, client.interrupt)
    with pytest.raises(OperationalError, match=r"^interrupted$"):
        list(client.fetch([request_for()]))
    assert not release.is_set()
    release.set()


def test_interrupt_ends_a_wait_before_a_retry(serve: Serve, connect: Connect, request_for: Make) -> None:
    asked = threading.Event()

    def handler(request: Seen) -> Reply:
        asked.set()
        return Reply(429, b"{}", {"Retry-After": "50"})

    client = connect(serve(handler).url, sleep=None)
    once(asked, client.interrupt)
    with pytest.raises(OperationalError, match=r"^interrupted$"):
        list(client.fetch([request_for()]))


def test_ctrl_c_ends_the_wait_for_an_answer_and_the_threads_behind_it_do_not_matter(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    asked, release = threading.Event(), threading.Event()

    def handler(request: Seen) -> Reply:
        asked.set()
        release.wait(10)
        return Reply()

    server = serve(handler)
    once(asked, lambda: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        list(connect(server.url).fetch([request_for()]))
    assert not release.is_set()
    release.set()


def test_after_an_interrupt_the_client_answers_although_old_calls_still_hang(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    asked, release = threading.Event(), threading.Event()

    def handler(request: Seen) -> Reply:
        if "/slow/" in request.target:
            asked.set()
            release.wait(10)
        return Reply(body=b"[1]")

    client = connect(serve(handler).url, concurrency=1)
    once(asked, client.interrupt)
    with pytest.raises(OperationalError, match=r"^interrupted$"):
        list(client.fetch([request_for("slow")]))
    assert bodies(list(client.fetch([request_for("fast")]))) == [(0, b"[1]")]
    release.set()


def test_leaving_the_pages_early_asks_for_no_more(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(cursors(1000))
    pages = connect(server.url, concurrency=2).fetch([request_for()])
    next(pages)
    pages.close()  # type: ignore[attr-defined]
    assert list(pages) == []
    assert len(server.seen) < 20


def test_a_call_has_githubs_headers_and_the_token(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply())
    list(connect(server.url).fetch([request_for(headers=(("If-None-Match", "x"), ("Authorization", "evil")))]))
    headers = server.seen[0].headers
    assert headers["authorization"] == f"Bearer {TOKEN}"
    assert headers["accept"] == "application/vnd.github+json"
    assert headers["x-github-api-version"] == "2026-03-10"
    assert headers["user-agent"].startswith("stackduck/")
    assert headers["accept-encoding"] == "gzip"
    assert headers["if-none-match"] == "x"
    assert headers["host"] == server.url.removeprefix("http://")


@pytest.mark.parametrize("path", ["/orgs/a%2Fb/%2e%2E/x", "/orgs/a%2fb%25", "/orgs/~a'(b)!*;=:@,$&+", "/orgs/%C3%A4"])
def test_a_path_arrives_letter_for_letter(path: str, serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply())
    list(connect(f"{server.url}/api/v3/").fetch([request_for(path=path, query=(("q", "a b/ä"),))]))
    assert server.targets == [f"/api/v3{path}?q=a%20b%2F%C3%A4"]


def test_cursors_are_followed_letter_for_letter_one_after_the_other(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    targets = ["/orgs/octo/copilot/billing/seats", "/organizations/1/seats?after=Y3Vyc29y%3D%3D", "/x?after=b%2fc"]

    def handler(request: Seen) -> Reply:
        step = targets.index(request.target) + 1
        link = f'<http://{request.headers["host"]}{targets[step]}>; rel="next"' if step < len(targets) else ""
        return Reply(body=f"[{step}]".encode(), headers={"Link": link})

    server = serve(handler)
    pages = list(connect(server.url).fetch([request_for()]))
    assert [page.body for _, page in pages] == [b"[1]", b"[2]", b"[3]"]
    assert [page.number for _, page in pages] == [1, 2, 3]
    assert server.targets == targets


def test_a_request_for_one_page_gets_one_page(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(numbered(9))
    pages = list(connect(server.url).fetch([request_for(query=(("page", "2"),), follows_link=False)]))
    assert bodies(pages) == [(0, b"[2]")]


def test_pages_come_in_order_of_requests_and_pages_whatever_the_order_of_replies(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    later, pages = threading.Event(), numbered(4)

    def handler(request: Seen) -> Reply:
        if "/b/" in request.target and page_of(request) == 4:
            later.set()
        elif "/a/" in request.target and page_of(request) == 2:
            later.wait(5)
        return pages(request)

    got = list(connect(serve(handler).url).fetch([request_for(name) for name in "abc"]))
    assert bodies(got) == [(index, f"[{number}]".encode()) for index in range(3) for number in range(1, 5)]


def test_a_list_that_grows_while_it_is_read_is_read_to_its_end(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    def handler(request: Seen) -> Reply:
        return numbered(3 if page_of(request) < 3 else 6)(request)

    got = list(connect(serve(handler).url).fetch([request_for()]))
    assert [page.body for _, page in got] == [f"[{number}]".encode() for number in range(1, 7)]


def test_numbered_pages_are_asked_together_and_never_more_than_allowed(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    pages, lock, together, full = numbered(30), threading.Lock(), [0, 0], threading.Event()

    def handler(request: Seen) -> Reply:
        with lock:
            together[0] += 1
            together[1] = max(together)
            if together[0] == 3:
                full.set()
        if page_of(request) > 1:
            full.wait(5)
        with lock:
            together[0] -= 1
        return pages(request)

    got = list(connect(serve(handler).url, concurrency=3).fetch([request_for()]))
    assert len(got) == 30
    assert together[1] == 3


def test_no_more_pages_are_kept_than_a_few_per_call_that_may_run(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    blocked, window = threading.Event(), threading.Event()

    def handler(request: Seen) -> Reply:
        if "/org0/" in request.target:
            blocked.wait(5)
        elif len(server.seen) == 8:
            window.set()
        return Reply()

    server = serve(handler)
    client = connect(server.url, concurrency=2)
    got: list[tuple[int, Page]] = []
    requests = [request_for(f"org{number}") for number in range(40)]
    reader = threading.Thread(target=lambda: got.extend(client.fetch(requests)), daemon=True)
    reader.start()
    assert window.wait(5)
    with_window_full = len(server.seen)
    blocked.set()
    reader.join(10)
    assert with_window_full == 8
    assert [index for index, _ in got] == list(range(40))


def test_connections_are_kept_alive_from_one_statement_to_the_next(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply())
    client = connect(server.url)
    for _ in range(5):
        list(client.fetch([request_for()]))
    assert len({request.peer for request in server.seen}) == 1


def test_two_statements_at_once_do_not_disturb_each_other(serve: Serve, connect: Connect, request_for: Make) -> None:
    client = connect(serve(numbered(20)).url)
    first, second = client.fetch([request_for("a")]), client.fetch([request_for("b")])
    both = [bodies(list(pair)) for pair in zip(first, second, strict=True)]
    assert both == [[(0, f"[{number}]".encode())] * 2 for number in range(1, 21)]


def test_no_data_is_no_page_and_a_warning_in_its_turn(serve: Serve, connect: Connect, request_for: Make) -> None:
    def handler(request: Seen) -> Reply:
        return Reply(404, b'{"message":"No report available"}') if "/b/" in request.target else Reply(body=b"[1]")

    warnings: list[str] = []
    got = []
    for index, _ in connect(serve(handler).url).fetch([request_for(name) for name in "abc"], warn=warnings.append):
        got.append((index, len(warnings)))
    assert got == [(0, 0), (2, 1)]
    assert warnings == [
        "no data from GET /orgs/{org}/copilot/billing/seats (github.copilot.org_seats, org = 'b'): "
        "GitHub said: No report available"
    ]


def test_organizations_that_github_leaves_out_are_warned_of(serve: Serve, connect: Connect, request_for: Make) -> None:
    server = serve(lambda request: Reply(headers={"X-GitHub-SSO": "partial-results; organizations=1,2"}))
    warnings: list[str] = []
    assert len(list(connect(server.url).fetch([request_for()], warn=warnings.append))) == 1
    assert len(warnings) == 1
    assert warnings[0].startswith("GitHub left organizations 1, 2 out of GET")


def test_a_writing_call_sends_its_body_and_gets_null_for_no_content(
    serve: Serve, connect: Connect, request_for: Make
) -> None:
    server = serve(lambda request: Reply(204, b""))
    warnings: list[str] = []
    pages = list(connect(server.url).fetch([request_for(method="POST", body='{"a": "ä"}')], warn=warnings.append))
    assert [(page.body, page.status) for _, page in pages] == [(b"null", 204)]
    assert server.seen[0].body == '{"a": "ä"}'.encode()
    assert server.seen[0].headers["content-type"] == "application/json"
    assert warnings == []


def test_calls_and_rate_limit_are_noted(serve: Serve, connect: Connect, request_for: Make) -> None:
    limit = {"X-RateLimit-Limit": "5000", "X-RateLimit-Remaining": "4990", "X-RateLimit-Reset": "1795356300"}
    client = connect(serve(lambda request: Reply(body=b"[1, 2]", headers=limit)).url)
    list(client.fetch([request_for(query=(("q", "private"),))]))
    (call,) = client.calls
    assert (call.http_method, call.path_template) == ("GET", "/orgs/{org}/copilot/billing/seats")
    assert (call.status, call.bytes, call.time.tzname()) == (200, 6, "UTC")
    assert client.rate_limit is not None
    assert (client.rate_limit.limit, client.rate_limit.remaining) == (5000, 4990)


def statuses(by_name: dict[str, int]) -> Handler:
    """Answer a status for the names of some requests."""

    def handler(request: Seen) -> Reply:
        status = next((status for name, status in by_name.items() if f"/orgs/{name}/" in request.target), 200)
        return Reply(status=status, body=b'{"message": "Not Found"}' if status != 200 else b"[1]")

    return handler


@pytest.mark.parametrize(("name", "status"), [("b", 403), ("b", 422), ("c", 404)])
def test_an_absence_that_is_not_allowed_is_an_error(
    serve: Serve, connect: Connect, request_for: Make, name: str, status: int
) -> None:
    server = serve(statuses({name: status}))
    absences = Absences(frozenset({0, 1}))
    with pytest.raises(OperationalError, match=str(status)):
        list(connect(server.url).fetch([request_for(each) for each in "abc"], absences=absences))
    assert absences.errors == {}


def test_a_later_page_that_is_not_there_is_an_error(serve: Serve, connect: Connect, request_for: Make) -> None:
    def handler(request: Seen) -> Reply:
        return cursors(2)(request) if page_of(request) == 1 else Reply(status=404, body=b"{}")

    absences = Absences(frozenset({0}))
    with pytest.raises(NotFoundError):
        list(connect(serve(handler).url).fetch([request_for("a")], absences=absences))


@pytest.mark.parametrize("status", [404, 409, 410, 451])
def test_an_allowed_absence_gives_no_page_and_is_told(
    serve: Serve, connect: Connect, request_for: Make, status: int
) -> None:
    server = serve(statuses({"b": status}))
    absences = Absences(frozenset({1}))
    pages = list(connect(server.url).fetch([request_for(each) for each in "abc"], absences=absences))
    assert bodies(pages) == [(0, b"[1]"), (2, b"[1]")]
    assert list(absences.errors) == [1]
    assert absences.errors[1].status == status
