"""The thread on which an asyncio connection works: one thing after the other.

A task that is cancelled stops what it started, and nothing else.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from stackduck.dbapi.turns import Turns

T = TypeVar("T")

_AGAIN = 0.05
"""Seconds until what has not stopped is stopped again: it may have been between two things that can be stopped."""


class Worker:
    """One thread, for the tasks of one event loop."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="stackduck")
        self._turns = Turns()
        self._interrupt: Callable[[], None] = _nothing

    def stops_by(self, interrupt: Callable[[], None]) -> None:
        """Say how what runs is stopped from the event loop's thread."""
        self._interrupt = interrupt

    async def run(self, work: Callable[[], T]) -> T:
        """Run something on the thread. Where the task is cancelled, it is stopped, and the task ends after it."""
        turn = object()
        job = self._pool.submit(self._in_turn, work, turn)
        ended = asyncio.wrap_future(job)
        try:
            return await asyncio.shield(ended)
        except asyncio.CancelledError:
            ended.add_done_callback(_unheard)
            if not job.cancel():
                await self._stopped(job, ended, turn)
            raise

    def stop(self) -> None:
        """Stop whatever runs."""
        self._turns.stop(self._interrupt)

    def close(self) -> None:
        """Let the thread end."""
        self._pool.shutdown(wait=False)

    def _in_turn(self, work: Callable[[], T], turn: object) -> T:
        with self._turns.taken(turn):
            return work()

    async def _stopped(self, job: Future[T], ended: asyncio.Future[T], turn: object) -> None:
        while not job.done():
            self._turns.stop(self._interrupt, owner=turn)
            await asyncio.wait([ended], timeout=_AGAIN)


def _nothing() -> None:
    """Stop nothing: an opening cannot be stopped."""


def _unheard(ended: asyncio.Future[T]) -> None:
    """Take note of what was raised for nobody, so that asyncio does not report it."""
    if not ended.cancelled():
        ended.exception()
