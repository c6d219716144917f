"""Every rule that a check knows, by name: those about what a file needs to run, and the traps of the metrics."""

from __future__ import annotations

from collections.abc import Mapping

from stackduck.files.checking.model import Rule
from stackduck.sql.traps import TRAPS

_OWN = (
    Rule("unreadable-file", "error", "the file cannot be read as text", "save it as UTF-8"),
    Rule("front-matter", "error", "the front matter cannot be read", "correct it where the message says"),
    Rule("syntax-error", "error", "this is no SQL of DuckDB's or stackduck's", "correct it where the message says"),
    Rule(
        "unknown-table",
        "error",
        "the provider has no such service or resource",
        "SHOW RESOURCES IN github.copilot_usage, or stackduck inspect, lists what there is",
    ),
    Rule("unknown-column", "error", "the table has no such column", "DESCRIBE lists the columns of a table"),
    Rule("unknown-function", "error", "DuckDB has no such function", "correct its name, or create it as a macro"),
    Rule(
        "missing-parameter",
        "error",
        "a table is read without a value that it needs",
        "give it by =, by IN, or by a join: enterprise = $enterprise",
    ),
    Rule(
        "condition-gives-no-value",
        "error",
        "a condition on a parameter does not say which values it has",
        "only =, IN, OR of these, or a closed range of days says what to ask for",
    ),
    Rule("type-error", "error", "values of types that do not go together", "cast one of them"),
    Rule(
        "undeclared-variable",
        "error",
        "a variable stands in the file and not in its front matter",
        "declare it under parameters, with its type",
    ),
    Rule("not-supported", "error", "stackduck cannot answer this truthfully", "write it as the message says"),
    Rule("too-many-calls", "error", "the statement asks for more calls than are allowed", "narrow its conditions"),
    Rule("invalid-statement", "error", "DuckDB or stackduck refuses the statement", "correct it as the message says"),
    Rule(
        "unused-parameter",
        "warning",
        "a declared parameter stands in no statement",
        "take it out of the front matter, or use it",
    ),
    Rule(
        "unknown-local-table",
        "warning",
        "no statement of the files that are checked makes this table",
        "check the file that makes it along with this one",
    ),
    Rule(
        "local-file",
        "warning",
        "the statement reads a file, which a check does not open",
        "put what does not need the file into a statement of its own, to have it checked",
    ),
    Rule("not-checked", "warning", "this cannot be checked", "run it: stackduck run --sandbox"),
    Rule("unknown-rule", "warning", "a comment ignores a rule that there is not", "stackduck check --rules lists them"),
)

RULES: Mapping[str, Rule] = {
    rule.name: rule for rule in (*_OWN, *(Rule(trap.name, "warning", trap.message, trap.instead) for trap in TRAPS))
}
