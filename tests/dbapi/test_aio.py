"""The asyncio twin: what connections and cursors do, awaited; a cancelled task stops its query and its calls."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import stackduck
from stackduck import aio, errors

if TYPE_CHECKING:
    from conftest import Silence
    from stackduck.sandbox import Sandbox

SEATS = "SELECT assignee.login AS login FROM github.copilot.org_seats WHERE org = ?"
USER_DAYS = "SELECT day, user_login FROM github.copilot_usage.user_days WHERE enterprise = 'octo-demo'"
SLOW = "SELECT count(*) FROM range(100000000) a, range(1000000) b WHERE a.range % 7 = b.range % 5"

Use = Callable[[aio.AsyncConnection], Awaitable[None]]


def run(use: Use, **options: Any) -> None:
    """Use a connection in an event loop of its own."""

    async def main() -> None:
        async with aio.connect(**options) as connection:
            await use(connection)

    asyncio.run(main())


async def fails(work: Coroutine[Any, Any, object], kind: type[Exception], match: str) -> None:
    with pytest.raises(kind, match=match):
        await work


def test_a_connection_that_cannot_be_opened_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "x.duckdb").write_text("no database")

    async def main() -> None:
        with pytest.raises(errors.Error, match="not a valid"):
            await aio.connect(tmp_path / "x.duckdb")

    asyncio.run(main())


def test_errors_are_those_of_the_statement() -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        await fails(connection.execute("SELEC"), errors.ProgrammingError, "SELEC")
        cursor = await connection.execute("CREATE TABLE t (n INTEGER)")
        await fails(cursor.fetchall(), errors.InterfaceError, "no rows to fetch")
        await fails(cursor.executemany("SELECT ?", [(1,)]), errors.InterfaceError, "executemany")

    run(use)


def test_what_is_closed_cannot_be_used() -> None:
    async def main() -> None:
        connection = await aio.connect()
        cursor = await connection.execute("SELECT 1")
        async with cursor:
            pass
        await fails(cursor.fetchone(), errors.InterfaceError, "the cursor is closed")
        other = await connection.execute("SELECT 1")
        await connection.close()
        for work in (other.fetchone, connection.commit, lambda: connection.execute("SELECT 1"), connection.close):
            with pytest.raises((errors.InterfaceError, RuntimeError), match=r"closed|shutdown"):
                await work()

    asyncio.run(main())


def test_the_twins_have_the_same_words() -> None:
    """All that is public, but for what only a thread needs."""
    words = {"cursor", "execute", "script", "sync", "commit", "rollback", "cancel", "interrupt", "stats", "close"}
    assert {*words, *errors.__all__} & set(dir(stackduck.Connection)) <= set(dir(aio.AsyncConnection))
    assert {name for name in dir(stackduck.Cursor) if not name.startswith("_")} - set(dir(aio.AsyncCursor)) == {
        "put_back"
    }
    assert inspect.signature(aio.connect).parameters == inspect.signature(stackduck.connect).parameters
    assert stackduck.aio is aio


def test_rows_come_in_every_way() -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.execute("SELECT range AS n FROM range($count)", {"count": 10})
        assert cursor.connection is connection
        assert [column[:2] for column in cursor.description or ()] == [("n", "BIGINT")]
        assert await cursor.fetchone() == (0,)
        assert await cursor.fetchmany() == [(1,)]
        cursor.arraysize = 2
        assert await cursor.fetchmany() == [(2,), (3,)]
        assert await cursor.fetchdicts(1) == [{"n": 4}]
        assert [row async for row in cursor] == [(n,) for n in range(5, 10)]
        assert await cursor.fetchone() is None
        assert await cursor.fetchall() == []

    run(use)


@pytest.mark.parametrize("count", [10, 2_500])
@pytest.mark.parametrize(
    "fetch", ["fetchall", "fetchdicts", "fetch_df", "fetch_polars", "fetch_arrow_table", "fetch_arrow"]
)
def test_an_iteration_that_ends_early_takes_only_what_it_gave(count: int, fetch: str) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.execute(f"SELECT range AS n FROM range({count})")
        async for row in cursor:
            if row == (3,):
                break
        assert await cursor.fetchone() == (4,)
        rest = await getattr(cursor, fetch)()
        if fetch == "fetch_arrow":
            import pyarrow

            rest = pyarrow.table(rest)
        numbers = [row[0] for row in rest] if fetch == "fetchall" else None
        numbers = [row["n"] for row in rest] if fetch == "fetchdicts" else numbers
        assert (numbers or rest["n"].to_numpy().tolist()) == [*range(5, count)]

    run(use)


def test_batches_are_iterated_over() -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.execute("FROM range(2500)")
        sizes = []
        async for batch in cursor.fetch_record_batch(1000):
            sizes.append(batch.num_rows)
            assert await (await connection.execute("SELECT 1")).fetchall() == [(1,)]
        assert sizes == [1000, 1000, 500]

    run(use)


def test_changes_scripts_and_transactions(tmp_path: Path) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.cursor().execute("CREATE TABLE t (n INTEGER)")
        await cursor.executemany("INSERT INTO t VALUES (?)", [(1,), (2,)])
        assert cursor.rowcount == 2
        await connection.execute("BEGIN; DELETE FROM t")
        await connection.rollback()
        await connection.execute("BEGIN; INSERT INTO t VALUES (3)")
        await connection.commit()
        script = connection.script("SELECT count(*) FROM t; SELECT $a", {"a": "x"})
        assert [await each.fetchall() async for each in script] == [[(3,)], [("x",)]]
        assert await (await connection.execute("FROM t")).write_parquet(str(tmp_path / "t.parquet")) == 3

    run(use)


def test_github_is_asked_and_what_it_cost_is_told(sandbox: Sandbox) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.execute(SEATS, ["octo-demo-eng"])
        assert len(await cursor.fetchall()) > 0
        assert [call.path_template for call in cursor.calls] == ["/orgs/{org}/copilot/billing/seats"]
        assert [scan.resource for scan in cursor.plan] == ["github.copilot.org_seats"]
        assert (cursor.stats.calls, cursor.warnings) == (1, [])
        assert cursor.rate_limit is not None
        assert connection.stats.calls == 1
        cursor = await connection.execute(USER_DAYS)
        assert len(await cursor.fetchall()) > 100

    run(use, api_url=sandbox.api_url, token=sandbox.token)


def test_an_archive_is_filled(tmp_path: Path) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        summary = await connection.sync(enterprise="octo-demo", reports="users", since="2026-11-10", pace=None)
        assert list(summary.errors) == []

    run(use, sandbox=True, archive=tmp_path)


def test_tasks_that_share_a_connection_get_their_own_rows() -> None:
    async def ask(connection: aio.AsyncConnection, n: int) -> bool:
        cursor = await connection.execute("SELECT range + ? FROM range(2000)", [n])
        return [row[0] async for row in cursor] == [*range(n, n + 2000)]

    async def use(connection: aio.AsyncConnection) -> None:
        assert all(await asyncio.gather(*(ask(connection, n) for n in range(20))))

    run(use)


def test_the_event_loop_goes_on_while_a_statement_runs(silence: Silence) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        task = asyncio.create_task(connection.execute(SEATS, ["octo"]))
        while not silence.is_asked.is_set():
            await asyncio.sleep(0.01)
        assert not task.done()
        connection.cancel()
        await fails(_waited(task), errors.OperationalError, "interrupted")

    run(use, api_url=silence.url, token="ghp_x")


async def _waited(task: asyncio.Task[Any]) -> object:
    return await task


def test_cancelling_a_task_stops_its_calls(silence: Silence) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        task = asyncio.create_task(connection.execute(SEATS, ["octo"]))
        while not silence.is_asked.is_set():
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert await (await connection.execute("SELECT 1")).fetchall() == [(1,)]
        assert await (await connection.execute("SELECT table_name FROM duckdb_tables()")).fetchall() == []

    run(use, api_url=silence.url, token="ghp_x")


def test_a_timeout_stops_the_query() -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(connection.execute(SLOW), 0.2)
        assert await (await connection.execute("SELECT 1")).fetchall() == [(1,)]

    run(use)


def test_cancelling_a_task_that_waits_its_turn_leaves_the_others_alone(silence: Silence) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        busy = asyncio.create_task(connection.execute(SEATS, ["octo"]))
        while not silence.is_asked.is_set():
            await asyncio.sleep(0.01)
        waiting = asyncio.create_task(connection.execute("CREATE TABLE t (n INTEGER)"))
        await asyncio.sleep(0.05)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        assert not busy.done()
        busy.cancel()
        with pytest.raises(asyncio.CancelledError):
            await busy
        assert await (await connection.execute("SHOW TABLES")).fetchall() == []

    run(use, api_url=silence.url, token="ghp_x")


def test_a_fetch_that_was_cancelled_leaves_no_gap_in_silence() -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        cursor = await connection.execute("FROM range(1000000000000)")
        await cursor.fetchone()
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(cursor.fetchall(), 0.2)
        await fails(cursor.fetchone(), errors.InterfaceError, "a fetch was cancelled")
        assert await (await cursor.execute("SELECT 1")).fetchall() == [(1,)]

    run(use)


def test_closing_stops_what_runs(silence: Silence) -> None:
    async def main() -> None:
        connection = await aio.connect(api_url=silence.url, token="ghp_x")
        task = asyncio.create_task(connection.execute(SEATS, ["octo"]))
        while not silence.is_asked.is_set():
            await asyncio.sleep(0.01)
        await connection.close()
        await fails(_waited(task), errors.Error, "interrupted|closed")

    asyncio.run(main())


def test_leaving_by_an_exception_stops_and_closes(silence: Silence) -> None:
    async def use(connection: aio.AsyncConnection) -> None:
        async with asyncio.TaskGroup() as group:
            group.create_task(connection.execute(SEATS, ["octo"]))
            while not silence.is_asked.is_set():
                await asyncio.sleep(0.01)
            raise ZeroDivisionError

    with pytest.raises(ExceptionGroup) as raised:
        run(use, api_url=silence.url, token="ghp_x")
    assert [type(each) for each in raised.value.exceptions] == [ZeroDivisionError]


def test_connections_side_by_side_ask_at_once(silence: Silence) -> None:
    async def main() -> None:
        async with (
            aio.connect(api_url=silence.url, token="ghp_x") as busy,
            aio.connect() as other,
        ):
            task = asyncio.create_task(busy.execute(SEATS, ["octo"]))
            assert await (await other.execute("SELECT 1")).fetchall() == [(1,)]
            while not silence.is_asked.is_set():
                await asyncio.sleep(0.01)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(main())
