"""Answers that come from the catalog and the connection itself: SHOW, DESCRIBE, PURGE and the tables of facts.

Joins what the statement wants to know with what the catalog and the engine can tell. Nothing is sent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from stackduck.catalog.facts import Facts, Place, methods_of
from stackduck.catalog.model import Request, Resource
from stackduck.catalog.names import did_you_mean
from stackduck.engine import rows
from stackduck.engine.results import Result
from stackduck.engine.session import Session
from stackduck.errors import NotSupportedError, ProgrammingError
from stackduck.execute.planning import PlanningDatabase
from stackduck.execute.wording import in_users_words
from stackduck.sql import examples, statements, verbs
from stackduck.sql.inspecting import facts, looking, shown, signs
from stackduck.sql.inspecting.facts import Use
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.statements import Statement

if TYPE_CHECKING:
    from stackduck.api.credentials import Credential
    from stackduck.api.model import CallRecord
    from stackduck.catalog.model import Method
    from stackduck.catalog.names import Catalog
    from stackduck.execute.language import Language
    from stackduck.sql.inspecting.looking import Describe, Purge, Show, ShowAuth, ShowFacts, ShowInsert, ShowVersion
    from stackduck.sql.inspecting.shown import Shown
    from stackduck.sql.variables import Bound

Warn = Callable[[str], None]

_VERSION = (("version", "VARCHAR"), ("commit", "VARCHAR"), ("build_date", "VARCHAR"), ("platform", "VARCHAR"))
_LIBRARIES = (("duckdb", "VARCHAR"), ("python", "VARCHAR"))
_AUTH = (("principal", "VARCHAR"), ("type", "VARCHAR"), ("source", "VARCHAR"))
_MESSAGE = (("message", "VARCHAR"),)


class Account(Protocol):
    """What is asked of the connection's GitHub."""

    @property
    def calls(self) -> Sequence[CallRecord]:
        """Every exchange so far."""

    def credential(self, request: Request) -> Credential | None:
        """Find the credential that a request would show, and send nothing."""


class Looking:
    """Looks around for one connection."""

    def __init__(self, session: Session, catalog: Catalog, account: Account | None, *, language: Language) -> None:
        self._session = session
        self._catalog = catalog
        self._account = account
        self._language = language

    def answer(self, bound: Bound, *, warn: Warn) -> Result | None:
        """Answer a statement that looks around; None for any other."""
        statement = statements.plainly_quoted(bound.statement)
        look = looking.read(statement, self._catalog.provider_names(), is_table=self._session.has_table)
        if look is None or (isinstance(look, looking.ShowFacts) and self._session.has_schema(signs.SCHEMA)):
            return None
        if isinstance(look, (looking.Show, looking.Describe)):
            return self._selected(look, bound.parameters, warn=warn)
        return self._told(look)

    @contextmanager
    def spliced(self, statement: Statement, parameters: Mapping[str, object], *, warn: Warn) -> Iterator[Statement]:
        """Give the statement with relations in place of the tables of facts, filled; they go when it is done."""
        statement, uses = self._without_nested(statement)
        if statements.names_any(statement, (signs.SCHEMA,)):
            from stackduck.sql.inspecting import fact_tables

            found, more = fact_tables.spliced(statement, parameters, PlanningDatabase(self._session))
            for use in more:
                verbs.refuse_to_keep(statement, f"{signs.SCHEMA}.{use.table}")
            statement, uses = found, [*uses, *more]
        with self._filled(uses, warn=warn):
            yield statement

    def _without_nested(self, statement: Statement) -> tuple[Statement, list[Use]]:
        """Put SELECTs in place of SHOW and DESCRIBE in parentheses."""
        edits, uses = [], []
        providers = self._catalog.provider_names()
        for start, end, look in facts.nested(statement, providers, is_table=self._session.has_table):
            meant = self._meant(look)
            own = self._uses(meant)
            edits.append(Edit(start, end, meant.text({use.table: use.relation for use in own})))
            uses += own
        return (statements.of_text(splice(statement.text, edits)), uses) if edits else (statement, [])

    def _selected(self, look: Show | Describe, parameters: Mapping[str, object], *, warn: Warn) -> Result | None:
        """Run the SELECT that a SHOW or a DESCRIBE stands for; None where only the planner can tell the columns."""
        meant = self._meant(look)
        if isinstance(look, looking.Describe) and not look.is_method and self._is_undocumented_view(look.place):
            return None
        uses = self._uses(meant)
        with self._filled(uses, warn=warn):
            try:
                text = meant.text({use.table: use.relation for use in uses})
                translated = self._language.translated(statements.of_text(text))
                return self._session.run(translated.text, parameters, is_query=True)
            except ProgrammingError as exc:
                raise in_users_words(exc, {f"SHOW {meant.tables[0].upper()}": meant.columns}) from exc

    def _meant(self, look: Show | Describe) -> Shown:
        """Return what a SHOW or a DESCRIBE shows.

        Raises ProgrammingError for a place that there is not, NotSupportedError for columns that there are not.
        """
        self._check_depth(look)
        self._check_names(look)
        return shown.of(look)

    def _uses(self, meant: Shown) -> list[Use]:
        """Return the relations of a SHOW or a DESCRIBE."""
        place = Place.of(*meant.place)
        return [Use(self._session.new_relation_name(f"{signs.SCHEMA} {t}"), t, place) for t in meant.tables]

    @contextmanager
    def _filled(self, uses: Sequence[Use], *, warn: Warn) -> Iterator[None]:
        try:
            for use in uses:
                rows.fill(self._session, use.relation, facts.TABLES[use.table].columns, self._rows(use, warn))
            yield
        finally:
            self._session.discard([use.relation for use in uses])

    def _rows(self, use: Use, warn: Warn) -> Iterable[Sequence[object]]:
        if use.table == "calls":
            return [
                (c.time, c.http_method, c.path_template, c.status, c.bytes, c.seconds, c.status == 304)
                for c in (self._account.calls if self._account else ())
            ]
        return Facts(self._catalog, example=examples.statement, warn=warn).rows(use.table, use.place)

    def _is_undocumented_view(self, place: tuple[str, ...]) -> bool:
        """Tell whether only the query itself can say which columns a document's view has."""
        views = self._catalog.resource(*place).views
        return bool(views) and not views[0].columns

    def _check_depth(self, look: Show | Describe) -> None:
        """Raise ProgrammingError for a place of too few names or too many, naming the one that was meant."""
        depth, place = looking.depth(look), look.place
        if len(place) == depth:
            return
        known: tuple[str, ...] = ()
        if 0 < len(place) < depth == 2:
            known = self._catalog.service_names(place[-1])
        elif 0 < len(place) < depth == 3:
            known = self._catalog.full_names(place[-1:])
        ending = f".{'.'.join(place)}".lower()
        meant = [each for each in known if f".{each}".lower().endswith(ending)]
        raise looking.wrong_place(look, meant, providers=self._catalog.provider_names())

    def _check_names(self, look: Show | Describe) -> None:
        """Raise the catalog's error for a name that there is not, NotSupportedError for columns that there are not."""
        known = (self._catalog.provider, self._catalog.service, self._catalog.resource, self._catalog.method)
        found = known[len(look.place) - 1](*look.place) if look.place else None
        if isinstance(look, looking.Describe) and isinstance(found, Resource) and not methods_of(found, "select"):
            raise NotSupportedError(
                f"{found.full_name} has no method for SELECT, and so no columns; "
                f"SHOW METHODS IN {found.full_name} lists what it has"
            )

    def _told(self, look: ShowInsert | ShowVersion | ShowAuth | ShowFacts | Purge) -> Result:
        """Answer what is no list."""
        if isinstance(look, looking.ShowInsert):
            template = self._insert_template(look)
            return rows.result(self._session, (("insert_statement", "VARCHAR"),), [(template,)])
        if isinstance(look, looking.ShowVersion):
            columns = (*_VERSION, *_LIBRARIES) if look.is_extended else _VERSION[:1]
            return rows.result(self._session, columns, [_version()[: len(columns)]])
        if isinstance(look, looking.ShowFacts):
            return rows.result(self._session, (("name", "VARCHAR"),), [(name,) for name in sorted(facts.TABLES)])
        if isinstance(look, looking.ShowAuth):
            return rows.result(self._session, _AUTH, [self._auth(look.provider)])
        return self._purge(look.kind)

    def _insert_template(self, look: ShowInsert) -> str:
        resource = self._catalog.resource(*look.place)
        method = _insert_method(resource, look.columns)
        return examples.insert_template(
            resource, method, columns=look.columns, extended=look.is_extended, only_required=look.is_required_only
        )

    def _auth(self, provider: str) -> tuple[str | None, str, str]:
        """Return principal, type and source of the credential that a provider's first method would show."""
        if self._account is None:
            raise NotSupportedError("this connection has no credentials")
        found = self._account.credential(self._first_request(provider))
        return (found.principal, found.kind, found.source) if found else (None, "none", "none is sent")

    def _first_request(self, provider: str) -> Request:
        for entry in self._catalog.services(provider):
            for resource in self._catalog.service(provider, entry.name).resources.values():
                for method in resource.methods.values():
                    if "{" in method.server:
                        raise NotSupportedError(f"the server of {resource.full_name} is told by a statement alone")
                    name = resource.full_name
                    return Request(name, "GET", "/", "/", server=method.server, auth=method.auth)
        raise ProgrammingError(f"no service of {provider} has its document here")

    def _purge(self, kind: str) -> Result:
        """Free what can be made again: relations that nobody reads, parsed documents. The archive is no cache."""
        self._session.settle()
        if kind in ("", "cache"):
            self._catalog.purge()
        text = f"PURGE of type '{kind}' successfully completed" if kind else "Global PURGE successfully completed"
        return rows.result(self._session, _MESSAGE, [(text,)])


def _insert_method(resource: Resource, columns: Sequence[str]) -> Method:
    """Return the first method for INSERT that takes the columns."""
    methods = resource.methods_for("insert")
    if not methods:
        raise NotSupportedError(
            f"{resource.full_name} has no method for INSERT; SHOW METHODS IN {resource.full_name} lists what it has"
        )
    for method in methods:
        if all(method.parameter(name) for name in columns):
            return method
    nearest = max(methods, key=lambda method: sum(method.parameter(name) is not None for name in columns))
    missing = next(name for name in columns if not nearest.parameter(name))
    known = [parameter.name for parameter in nearest.parameters]
    raise ProgrammingError(
        f"no parameter '{missing}' in {nearest.name} of {resource.full_name}{did_you_mean(missing, known)}"
    )


def _version() -> tuple[str | None, ...]:
    """Return what SHOW EXTENDED VERSION shows; what a build does not know of itself is NULL."""
    import platform
    from importlib import import_module
    from importlib.metadata import version

    own: str = import_module("stackduck").__version__
    system = f"{platform.system().lower()}/{platform.machine()}"
    return own, None, None, system, version("duckdb"), platform.python_version()
