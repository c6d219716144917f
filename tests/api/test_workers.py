"""The pool of threads."""

from __future__ import annotations

from functools import partial
from threading import Event, current_thread
from weakref import finalize

from stackduck.api.workers import Workers


def test_no_more_jobs_run_at_once_than_allowed_and_all_run() -> None:
    workers, release, full, done = Workers(3), Event(), Event(), Event()
    started: list[str] = []
    ended: list[int] = []

    def job(number: int) -> None:
        started.append(current_thread().name)
        if len(started) == 3:
            full.set()
        release.wait(5)
        ended.append(number)
        if len(ended) == 20:
            done.set()

    for number in range(20):
        workers.submit(partial(job, number))
    assert full.wait(5)
    assert len(started) == 3
    release.set()
    assert done.wait(5)
    assert sorted(ended) == list(range(20))


def test_threads_do_not_keep_the_program_from_ending() -> None:
    workers, done = Workers(1), Event()
    seen = []

    def job() -> None:
        seen.append(current_thread())
        done.set()

    workers.submit(job)
    assert done.wait(5)
    assert seen[0].daemon


def test_an_idle_thread_keeps_no_job_alive() -> None:
    """Nor what the job holds: DuckDB complains of connections that outlive the program."""
    workers, gone = Workers(1), Event()

    class Job:
        def __call__(self) -> None: ...

    job = Job()
    finalize(job, gone.set)
    workers.submit(job)
    del job
    assert gone.wait(3)
