"""Read one method of a resource: what is sent, what is answered, how pages follow, and what is lacking for it. Pure."""

from __future__ import annotations

import os
from dataclasses import replace
from urllib.parse import parse_qsl

from stackduck.catalog import folders
from stackduck.catalog.auths import auth_of
from stackduck.catalog.documents import Document, Node
from stackduck.catalog.flaws import body_flaw, flaw_of, path_flaw
from stackduck.catalog.model import GraphQL, Method, Parameter
from stackduck.catalog.operations import body_media_type, body_of, needs_body, parameters_of
from stackduck.catalog.pagination import Pages, cursor_of, pages_of
from stackduck.catalog.queries import query_of
from stackduck.catalog.responses import Rows, change_rows, rows_of
from stackduck.catalog.schemas import Schemas
from stackduck.catalog.servers import Served, served
from stackduck.frozen import frozen


@frozen
class Written:
    """A method as its document writes it."""

    name: str
    node: Node
    operation: Node
    item: Node
    """The operation's path, which has servers and parameters of its own."""
    path: str
    """With the query string that some have."""
    http_method: str
    config: Node
    """Its own and what it inherits."""
    where: str
    """Where the method is, for messages."""

    @property
    def place(self) -> str:
        """Where the operation is, for messages."""
        return f"paths.{self.path}.{self.http_method.lower()}"

    def said(self, key: str) -> str:
        """Return a text of the operation."""
        return str(self.operation.get(key) or "").strip()


class MethodReader:
    """Reads the methods of one document."""

    def __init__(self, document: Document, *, provider: str) -> None:
        self._document = document
        self._schemas = Schemas(document)
        self._provider = provider
        self._is_strange = provider.lower() != "github" and folders.is_pulled(document.file, os.environ)
        """Whether the document is a stranger's, of whom nobody said that GitHub serves it."""

    def read(self, written: Written) -> Method:
        """Return a method; what it lacks is its flaw."""
        place = served(written.node, written.operation, written.item, self._document.root, provider=self._provider)
        if self._is_strange and not place.template and not place.flaw:
            place = replace(place, flaw="its document names no server")
        parameters = self._parameters(written, place)
        graphql, flaw = query_of(written.node, written.operation, parameters)
        rows = self._rows(written, graphql)
        pages = self._pages(written, parameters, graphql)
        sent = self._sent(written, place, parameters, graphql)
        own = flaw_of(written.node, written.config, media_type=rows.media_type) or self._body_flaw(written, graphql)
        flaws = (flaw, own, pages.flaw, rows.flaw, place.flaw, path_flaw(written.path))
        return replace(
            sent,
            columns=rows.columns,
            object_key=rows.object_key,
            is_array=rows.is_array,
            rows_are_values=rows.rows_are_values,
            total_key=rows.total_key,
            media_type=rows.media_type,
            follows_link=pages.follows_link,
            paging=pages.paging,
            graphql=graphql and replace(graphql, rows_key=rows.object_key),
            flaw=next(filter(None, flaws), ""),
        )

    def _sent(
        self, written: Written, place: Served, parameters: tuple[Parameter, ...], graphql: GraphQL | None
    ) -> Method:
        """Return the method without what it answers."""
        path, _, query = written.path.partition("?")
        is_body = _sends_body(written, graphql)
        return Method(
            written.name,
            written.http_method,
            path,
            parameters=parameters,
            server=place.template,
            auth=auth_of(written.config.get("auth")),
            fixed_query=() if graphql else tuple(parse_qsl(query, keep_blank_values=True)),
            needs_body=is_body and needs_body(written.operation, document=self._document, where=written.place),
            summary=written.said("summary"),
            description=written.said("description"),
            scopes=written.said("x-stackduck-scopes"),
            extras=self._extras(written),
        )

    def _parameters(self, written: Written, place: Served) -> tuple[Parameter, ...]:
        """Return what a call takes; a server's variable that is called like another parameter is that one."""
        document, path = self._document, written.path.partition("?")[0]
        found = parameters_of(
            self._schemas, path, written.item, written.operation, document=document, where=written.place
        )
        if written.http_method != "GET":
            translate = written.config.get("requestBodyTranslate")
            found += body_of(
                self._schemas,
                written.operation,
                plain_names=isinstance(translate, dict) and translate.get("algorithm") == "naive",
                taken=frozenset(parameter.name.lower() for parameter in found),
                document=document,
                where=written.place,
            )
        names = {parameter.name for parameter in found}
        return found + tuple(variable for variable in place.parameters if variable.name not in names)

    def _rows(self, written: Written, graphql: GraphQL | None) -> Rows:
        response = self._document.mapping(written.node, "response", where=written.where)
        if graphql is not None:
            response = {"objectKey": graphql.rows_key, **response}
        rows = rows_of(self._schemas, written.operation, response, document=self._document, where=written.place)
        return rows if written.http_method == "GET" or graphql else change_rows(rows)

    def _pages(self, written: Written, parameters: tuple[Parameter, ...], graphql: GraphQL | None) -> Pages:
        if graphql is not None:
            return cursor_of(written.operation["x-stackQL-graphQL"].get("cursor"))
        if written.http_method != "GET":
            return Pages()
        return pages_of(written.config, parameters, provider=self._provider)

    def _body_flaw(self, written: Written, graphql: GraphQL | None) -> str:
        if not _sends_body(written, graphql):
            return ""
        return body_flaw(body_media_type(written.operation, document=self._document, where=written.place))

    def _extras(self, written: Written) -> dict[str, object]:
        """Return what the document says of a method beyond the model, as JSON values.

        `report` is ours: that the rows are in the files of a report, of which one, and in which of its arrays.
        """
        report = self._document.mapping(written.operation, "x-stackduck-report", where=written.place)
        is_github = self._provider.lower() == "github"
        found = {name: written.node.get(name) for name in ("config", "request")}
        return {name: value for name, value in {**found, "report": report if is_github else {}}.items() if value}


def _sends_body(written: Written, graphql: GraphQL | None) -> bool:
    return written.http_method != "GET" and graphql is None
