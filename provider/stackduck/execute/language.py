"""StackQL's words beside DuckDB's for the statements of one session.

The translation is sql/dialect's; here it meets the session, which knows types and the user's own functions, and the
catalog, which knows the columns of provider tables.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import TYPE_CHECKING, Self

from stackduck.engine.session import Session
from stackduck.errors import ProgrammingError
from stackduck.sql import dialect, statements
from stackduck.sql.statements import Statement, of_text

if TYPE_CHECKING:
    from stackduck.catalog.names import Catalog

_FILES = "SELECT 1 FROM duckdb_databases() WHERE NOT internal AND path IS NOT NULL LIMIT 1"
_MAKERS = frozenset(("MACRO", "FUNCTION", "ATTACH", "DETACH", "USE", "SCHEMA", "IMPORT", "ROLLBACK", "ABORT"))
"""The words of statements that may bring functions, or take them away."""
_OWN = "SELECT DISTINCT lower(function_name) FROM duckdb_functions() WHERE NOT internal"


class Language:
    """Translates the statements of one session."""

    def __init__(self, session: Session, catalog: Catalog) -> None:
        self._session = session
        self._catalog = catalog
        self._own: frozenset[str] | None = None
        self._has_own = False

    def translated(self, statement: Statement) -> Statement:
        """Return a statement in DuckDB's words; the very same one where it is in them.

        Raises ProgrammingError for a path or a modifier of a point in time that cannot be meant.
        """
        if not dialect.may_concern(statement):
            return statement
        from stackduck.sql.dialect.translate import translate

        with _Binder(self._session, self._catalog, statement) as binder:
            return translate(statement, binder.problem, own=self._own_functions())

    def forget(self, statement: Statement | None = None) -> None:
        """Look anew for functions that a statement, or the end of a transaction, may have brought or taken."""
        words = {t.text.upper() for t in statement.tokens[:6] if t.kind == "word"} if statement else _MAKERS
        if words & _MAKERS:
            self._own, self._has_own = None, True

    def _own_functions(self) -> frozenset[str]:
        """Return the names of the user's functions; the list is long, so it is read only where there may be some."""
        if self._own is None:
            is_asked = self._has_own or self._session.rows(_FILES)
            self._own = frozenset(row[0] for row in self._session.rows(_OWN)) if is_asked else frozenset()
        return self._own


class _Binder:
    """Asks DuckDB about texts over the provider tables of a statement, for which empty relations stand."""

    def __init__(self, session: Session, catalog: Catalog, statement: Statement) -> None:
        self._session = session
        self._catalog = catalog
        self._statement = statement
        self._relations: dict[tuple[str, str, str], str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._session.discard(list((self._relations or {}).values()))

    def problem(self, text: str) -> str | None:
        """Return what DuckDB does not understand of a text."""
        from stackduck.sql.dialect.tables import replaced

        if self._relations is None:
            self._relations = {}
            for parts in self._provider_tables():
                # A name that is no provider table's may be a column's; if it is a table's, planning says so.
                with suppress(ProgrammingError):
                    self._relations[parts] = self._make_empty(*parts)
        return self._session.problem(replaced(of_text(text), self._relations))

    def _provider_tables(self) -> set[tuple[str, str, str]]:
        if not statements.names_any(self._statement, self._catalog.provider_names()):
            return set()
        providers = {name.lower() for name in self._catalog.provider_names()}
        found = {(a.name, b.name, c.name) for a, b, c in statements.three_part_names(self._statement)}
        return {parts for parts in found if parts[0].lower() in providers}

    def _make_empty(self, provider: str, service: str, resource: str) -> str:
        from stackduck.sql.relations import wide_columns

        found = self._catalog.resource(provider, service, resource)
        name = self._session.new_relation_name(found.full_name)
        self._session.create(name, wide_columns(found))
        return name


class TranslatedViews(Mapping[str, str]):
    """The texts of views by name, in DuckDB's words; each is translated when it is read."""

    def __init__(self, texts: Mapping[str, str], language: Language) -> None:
        self._texts = texts
        self._language = language

    def __getitem__(self, name: str) -> str:
        return self._language.translated(of_text(self._texts[name])).text

    def __iter__(self) -> Iterator[str]:
        return iter(self._texts)

    def __len__(self) -> int:
        return len(self._texts)

    def __contains__(self, name: object) -> bool:
        return name in self._texts


def without_excerpt(exc: ProgrammingError) -> ProgrammingError:
    """Return an error without the excerpt of the text that DuckDB got instead of the user's."""
    return type(exc)(str(exc).split("\n\nLINE ")[0])
