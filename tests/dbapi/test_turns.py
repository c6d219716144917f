"""Turns: one statement at a time, and stopping is for the one that was meant."""

from __future__ import annotations

import threading

import pytest

from stackduck import errors
from stackduck.dbapi.turns import Turns


def nothing() -> None: ...


def test_nothing_is_stopped_where_nothing_runs() -> None:
    stopped: list[int] = []
    turns = Turns()

    def stop(owner: object = None) -> bool:
        return turns.stop(lambda: stopped.append(1), owner=owner)

    assert not stop()
    assert not stop("me")
    with turns.taken("me"):
        turns.go_on()
    turns.go_on()
    assert stopped == []


def test_only_the_owner_of_the_turn_is_stopped() -> None:
    stopped: list[int] = []
    turns = Turns()

    def stop(owner: object = None) -> bool:
        return turns.stop(lambda: stopped.append(1), owner=owner)

    with turns.taken("me"):
        assert not stop("you")
        turns.go_on()
        assert stop("me")
        with pytest.raises(errors.OperationalError, match="interrupted"):
            turns.go_on()
    assert stopped == [1]


def test_who_is_stopped_does_not_stop_the_next() -> None:
    turns = Turns()
    with turns.taken():
        assert turns.stop(nothing)
    with turns.taken():
        turns.go_on()


def test_a_turn_within_a_turn_gives_it_back() -> None:
    turns = Turns()
    with turns.taken("outer"):
        with turns.taken("inner"):
            assert not turns.stop(nothing, owner="outer")
        assert turns.stop(nothing, owner="outer")


def test_an_error_ends_the_turn() -> None:
    turns = Turns()
    with pytest.raises(ZeroDivisionError), turns.taken("me"):
        raise ZeroDivisionError
    assert not turns.stop(nothing, owner="me")


def test_turns_follow_each_other() -> None:
    turns = Turns()
    order: list[str] = []
    has_begun, may_end = threading.Event(), threading.Event()

    def first() -> None:
        with turns.taken():
            has_begun.set()
            may_end.wait(30)
            order.append("first")

    def second() -> None:
        has_begun.wait(30)
        may_end.set()
        with turns.taken():
            order.append("second")

    threads = [threading.Thread(target=work) for work in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert order == ["first", "second"]
