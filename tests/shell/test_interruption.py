"""Ctrl-C as a real signal to this process, while work runs in its thread."""

from __future__ import annotations

import os
import signal
from threading import Event

import pytest

import stackduck
from stackduck.shell.interruption import Abandoned, Interrupted, Supervisor


def press_ctrl_c() -> None:
    os.kill(os.getpid(), signal.SIGINT)


def supervisor(stop: object = lambda: None) -> Supervisor:
    return Supervisor(stop=stop, tick=lambda seconds: None)


def test_the_works_error_is_raised() -> None:
    with pytest.raises(ZeroDivisionError):
        supervisor().run(lambda: print(1 / 0))


def test_work_that_does_not_stop_is_given_up() -> None:
    forever = Event()

    def work() -> None:
        for _ in range(3):
            press_ctrl_c()
            heard.wait(0.01)
        forever.wait()

    heard = Event()
    with pytest.raises(Abandoned):
        supervisor().run(work)
    forever.set()


def test_ctrl_c_stops_a_query_and_the_connection_lives_on() -> None:
    with stackduck.connect() as connection:
        work = supervisor(connection.interrupt)

        def query() -> None:
            press_ctrl_c()
            connection.execute("SELECT sum(hash(a.range)) FROM range(1000000) a, range(1000000) b").fetchall()

        with pytest.raises(Interrupted):
            work.run(query)
        assert connection.execute("SELECT 42").fetchall() == [(42,)]


def test_stopping_is_repeated_until_the_work_hears_it() -> None:
    calls = []
    stopped = Event()

    def stop() -> None:
        calls.append(1)
        if len(calls) == 3:
            stopped.set()

    def work() -> None:
        press_ctrl_c()
        stopped.wait()
        raise stackduck.OperationalError("interrupted")

    with pytest.raises(Interrupted):
        supervisor(stop).run(work)
    assert len(calls) >= 3


def test_ctrl_c_in_the_last_moment_is_not_lost() -> None:
    with pytest.raises(Interrupted):
        supervisor().run(press_ctrl_c)


def test_a_wait_ends_with_ctrl_c() -> None:
    work = supervisor()

    def wait() -> None:
        press_ctrl_c()
        work.wait(3600)

    with pytest.raises(Interrupted):
        work.run(wait)
    with pytest.raises(Interrupted):
        work.run(lambda: (press_ctrl_c(), work.wait(60), work.check()))


def test_a_program_that_has_the_terminal_hears_ctrl_c_itself() -> None:
    work = supervisor()

    def edit() -> None:
        with work.shielded():
            signal.getsignal(signal.SIGINT)(signal.SIGINT, None)
        work.check()

    work.run(edit)


def test_python_hears_ctrl_c_again_afterwards() -> None:
    before = signal.getsignal(signal.SIGINT)
    supervisor().run(lambda: None)
    assert signal.getsignal(signal.SIGINT) is before
