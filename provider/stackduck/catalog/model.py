"""What provider documents say, as frozen values: providers, services, resources, methods, parameters, columns.

Also the request that a method and its values make. Nothing here reads a file, knows SQL or calls anybody.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from stackduck.frozen import frozen

Location = Literal["path", "query", "header", "body", "server"]
AuthKind = Literal["bearer", "basic", "api_key"]
PagingKind = Literal["token", "page_number", "url", "after", "keyset", "offset"]
Verb = Literal["select", "insert", "update", "replace", "delete", "exec"]


@frozen
class Column:
    """A field of a resource's rows."""

    name: str
    type: str
    """A DuckDB type, for example VARCHAR, BIGINT, DATE, TIMESTAMPTZ, VARCHAR[], STRUCT("a" BIGINT), JSON."""
    description: str = ""
    schema_type: str = ""
    """The type as the document writes it: string, integer, array, object; empty when it has only oneOf."""


@frozen
class Parameter:
    """A value that a method takes from a condition."""

    name: str
    location: Location
    type: str
    """A DuckDB scalar type."""
    required: bool
    description: str = ""
    default: str | None = None
    """The API's own default, as text; never sent."""
    maximum: int | None = None
    """The largest value that the document allows, for page sizes."""
    enum: tuple[str, ...] = ()
    schema_type: str = ""
    is_multi_segment: bool = False
    """Whether a path parameter may hold slashes (GitHub's x-multi-segment)."""
    attribute: str = ""
    """The body attribute's own name, where `name` may carry the prefix data__."""
    shape: str = ""
    """The form of a nested body attribute, as JSON Schema text; empty for a scalar."""
    is_nullable: bool = False
    """Whether null is a value of a body attribute, as the document says."""
    is_whole_body: bool = False
    """Whether this is the body itself, of a method whose body has no attributes of known names."""


@frozen
class Auth:
    """How a call shows its credential. Whose credential that is, the user says; no document does."""

    kind: AuthKind = "bearer"
    name: str = "Authorization"
    """The header or query parameter that an API key goes into."""
    in_query: bool = False
    prefix: str = ""
    """What stands before an API key, with its blank: 'SSWS '."""
    flaw: str = ""
    """What the document asks for instead, where it is none of these: 'aws_signing_v4'."""


@frozen
class Paging:
    """How further pages are asked for, where no Link header announces them."""

    kind: PagingKind
    """token, page_number and url read the answer; after, keyset and offset are the cursors of GraphQL."""
    request_key: str = ""
    """The parameter or header that carries the token or the number."""
    request_location: Literal["query", "header"] = "query"
    response_key: str = ""
    """Where in the body the token, the page's number or the next URL is: '$.result_info.page'."""
    response_header: str = ""
    """The header that it is in instead."""
    end_key: str = ""
    """Where in the body the number of pages is, or whether there is a next one."""
    form: str = ""
    """The template of a GraphQL cursor; empty for the strategy's own."""
    size: int = 0
    """A page with fewer rows is the last; 0 where only one without rows is."""


@frozen
class GraphQL:
    """A GraphQL query, of a method or of a request."""

    text: str
    """Of a method, in the part of Go's template language that templates reads; of a request, of every page after the
    first, with CURSOR where its cursor goes."""
    rows_key: str
    """Where the rows are in the answer: '$.data.repository.stargazers.edges'."""


@frozen
class View:
    """A resource that is a query over others, as a document writes it."""

    sql: str
    required: tuple[str, ...] = ()
    """The parameters without which it has no answer; each is written '{{ name }}' in the text."""
    columns: tuple[Column, ...] = ()
    """Those that the document tells of."""


@frozen
class Method:
    """One API operation of a resource."""

    name: str
    http_method: str
    """GET, POST, PUT, PATCH or DELETE."""
    path: str
    """The template: /orgs/{org}/copilot/billing/seats."""
    parameters: tuple[Parameter, ...] = ()
    """In the document's order: path, query, header, then body attributes (named as SQL writes them), then those of
    the server."""
    columns: tuple[Column, ...] = ()
    object_key: str = ""
    """Where the rows are in the body: '$.seats', or empty for the body itself (its items where it is an array)."""
    is_array: bool = False
    """Whether what object_key points to (or the body) is declared as an array of rows."""
    rows_are_values: bool = False
    """Whether a row is a bare value (a string, a list, a free-form object), which is the only column whole."""
    total_key: str = ""
    """The body's own count of all rows beside object_key ('total_seats'), checked against the rows."""
    follows_link: bool = True
    """Whether further pages are announced by the Link header."""
    paging: Paging | None = None
    """How they are asked for where they are not."""
    server: str = ""
    """The template of the base URL: https://{subdomain}.okta.com. Empty for GitHub's own API, wherever that is."""
    auth: Auth = Auth()
    fixed_query: tuple[tuple[str, str], ...] = ()
    """What the document's path has after its question mark."""
    graphql: GraphQL | None = None
    needs_body: bool = False
    """Whether the document requires a body, although it may require none of its attributes."""
    media_type: str = "application/json"
    summary: str = ""
    description: str = ""
    scopes: str = ""
    """What the token needs, in one sentence."""
    flaw: str = ""
    """Why this method cannot be used although its document loads; raised only when it is used."""
    extras: Mapping[str, object] = field(default_factory=dict)
    """What StackQL's documents say beyond this (request body translation), as JSON values."""

    @property
    def is_read(self) -> bool:
        """Whether a call changes nothing, as far as its kind tells."""
        return self.graphql is not None or self.http_method in ("GET", "HEAD")

    def parameter(self, name: str) -> Parameter | None:
        """Return the parameter of that name, in any case."""
        return next((p for p in self.parameters if p.name.lower() == name.lower()), None)

    @property
    def required(self) -> tuple[str, ...]:
        """The names of the parameters that every call needs."""
        return tuple(p.name for p in self.parameters if p.required)


@frozen
class Resource:
    """A table: provider.service.resource."""

    provider: str
    service: str
    name: str
    title: str = ""
    description: str = ""
    methods: Mapping[str, Method] = field(default_factory=dict)
    verbs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """SQL verb → method names in the document's order; 'exec' holds the methods that no verb names."""
    views: tuple[View, ...] = ()
    """What a SELECT reads instead of a method: the first view whose parameters it gives."""

    @property
    def full_name(self) -> str:
        """The name as SQL writes it."""
        return f"{self.provider}.{self.service}.{self.name}"

    def methods_for(self, verb: Verb) -> tuple[Method, ...]:
        """Return the methods of a SQL verb in the document's order."""
        return tuple(self.methods[name] for name in self.verbs.get(verb, ()))


@frozen
class Service:
    """A service document: its resources by name."""

    provider: str
    name: str
    title: str = ""
    description: str = ""
    version: str = ""
    resources: Mapping[str, Resource] = field(default_factory=dict)


@frozen
class ServiceEntry:
    """A service as provider.yaml lists it; its document is read when a statement names it."""

    name: str
    title: str
    description: str
    version: str
    file: str
    """Absolute path of the service document, or empty where the folder lacks it."""
    id: str = ""
    reference: str = ""
    """The document's path as provider.yaml writes it."""
    provider_file: str = ""
    """The provider.yaml that lists it."""
    resources_file: str = ""
    """Absolute path of the file with its resources, where older documents keep them apart."""
    config: str = ""
    """What provider.yaml configures for it (authentication, pagination), as JSON text."""


@frozen
class Provider:
    """A provider with its services, merged over all registry folders."""

    name: str
    version: str
    services: Mapping[str, ServiceEntry] = field(default_factory=dict)


@frozen
class Request:
    """One call, ready to send but for its host and credential."""

    resource: str
    """github.copilot.org_seats, for messages."""
    http_method: str
    path: str
    """Percent-encoded; every value is one segment."""
    path_template: str
    """The path without values, for logs and statistics."""
    query: tuple[tuple[str, str], ...] = ()
    values: tuple[tuple[str, str], ...] = ()
    """Parameter names and the values as the user gave them, for messages."""
    follows_link: bool = True
    paging: Paging | None = None
    server: str = ""
    """The base URL; empty for GitHub's own API."""
    auth: Auth = Auth()
    graphql: GraphQL | None = None
    page_size: int | None = None
    """The per_page of this call, where the method has one."""
    media_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    body: str | None = None
    """A JSON text, for methods that take one."""

    @property
    def is_read(self) -> bool:
        """Whether the call changes nothing, so that it may be tried again."""
        return self.graphql is not None or self.http_method in ("GET", "HEAD")

    @property
    def is_complete(self) -> bool:
        """Whether all pages are asked for, not one that the user picked."""
        return self.follows_link or self.paging is not None

    @property
    def host(self) -> str:
        """The server's name; empty for GitHub's own API."""
        return self.server.partition("://")[2].partition("/")[0]
