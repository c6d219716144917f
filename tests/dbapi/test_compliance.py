"""The public DB-API suite, whole: every test that it does not itself call optional."""

from __future__ import annotations

import dbapi20

import stackduck


class TestCompliance(dbapi20.DatabaseAPI20Test):
    """Runs the suite over an in-memory connection."""

    driver = stackduck
    connect_args = ()
    connect_kw_args = {}  # noqa: RUF012 - the suite's own attribute

    def setUp(self) -> None:
        """Each test has tables of its own: the database lives in the connection."""

    def tearDown(self) -> None:
        """Nothing stays behind."""

    def test_nextset(self) -> None:
        """Check that the optional method, which the suite leaves to drivers to test, is not half there."""
        connection = self._connect()
        try:
            self.assertFalse(hasattr(connection.cursor(), "nextset"))
        finally:
            connection.close()

    def test_setoutputsize(self) -> None:
        """Do what the suite asks of drivers without size hints: the call is accepted."""
        connection = self._connect()
        try:
            connection.cursor().setoutputsize(1000)
            connection.cursor().setoutputsize(2000, 0)
        finally:
            connection.close()
