"""What can be asked: provider documents become providers, services, resources and methods.

Knows no SQL, no HTTP, no DuckDB.

model       the frozen values that the other rooms read
names       the catalog by name, over all registry folders
requests    a method and its values become one request
folders     where registry folders and their documents are
loading     a document file, or its cached form, becomes values
cache       the parsed form on disk
stored      values to JSON and back
documents   YAML text becomes a tree with pointers
resources   a tree's resources, methods and SQL verbs
methods     one method: what is sent, what is answered, how pages follow
operations  the parameters of an operation
responses   the rows of an operation
servers     where an operation is served, and which part of it a value may choose
auths       how a credential is shown
pagination  how further pages are asked for
queries     GraphQL queries, and the bodies of their requests
templates   the template language of those queries
views       the views that a document defines
pulled      documents from a registry: its list, its archives, where they are kept
archives    what is unpacked of an archive, and what is refused
schemas     JSON schemas become DuckDB types
shapes      the nested form of a value, as a JSON Schema text
facts       what there is, as rows of tables
finding     what a name may mean
flaws       what a method asks for that stackduck lacks
"""
