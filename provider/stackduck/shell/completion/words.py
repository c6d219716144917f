"""The words of the language: which may begin a statement, which follow where, which end an operand.

Tables of words alone. A word that is offered may be several, such as GROUP BY.
"""

from __future__ import annotations

from collections.abc import Mapping

STATEMENTS = (
    *("SELECT", "FROM", "WITH", "SHOW", "DESCRIBE", "EXPLAIN", "SUMMARIZE", "EXEC", "INSERT INTO", "UPDATE", "REPLACE"),
    *("DELETE FROM", "CREATE", "DROP", "COPY", "PIVOT", "UNPIVOT", "REGISTRY", "PURGE", "SET", "RESET", "USE"),
    *("ATTACH", "DETACH", "BEGIN", "COMMIT", "ROLLBACK", "VALUES", "ALTER", "TRUNCATE", "CHECKPOINT", "REFRESH"),
)
QUERY = ("SELECT", "FROM", "WITH", "VALUES")

LATER_QUERY = ("SELECT", "FROM", "ALL", "BY NAME", "VALUES")
"""What may follow UNION and the like."""

AFTER_CONDITION = ("AND", "OR", "GROUP BY", "ORDER BY", "LIMIT", "HAVING", "QUALIFY", "UNION ALL", "UNION")
AFTER_TABLE = (
    *("WHERE", "JOIN", "LEFT JOIN", "AS", "GROUP BY", "ORDER BY", "LIMIT", "SELECT", "RIGHT JOIN", "FULL JOIN"),
    *("INNER JOIN", "CROSS JOIN", "ASOF JOIN", "SEMI JOIN", "ANTI JOIN", "NATURAL JOIN", "POSITIONAL JOIN"),
    *("QUALIFY", "HAVING", "USING SAMPLE", "TABLESAMPLE", "UNION ALL", "UNION"),
)
AFTER_JOINED = ("ON", "USING", "AS")
AFTER_GROUPED = ("HAVING", "QUALIFY", "ORDER BY", "LIMIT", "UNION ALL", "UNION")
AFTER: Mapping[str, tuple[str, ...]] = {
    "SELECT": ("FROM", "AS", "OVER", "FILTER", "WHERE", "WITHIN GROUP", "UNION ALL"),
    "WHERE": AFTER_CONDITION,
    "HAVING": ("AND", "OR", "QUALIFY", "ORDER BY", "LIMIT", "UNION ALL"),
    "QUALIFY": ("AND", "OR", "ORDER BY", "LIMIT", "UNION ALL"),
    "GROUP": AFTER_GROUPED,
    "ORDER": ("ASC", "DESC", "NULLS LAST", "NULLS FIRST", "LIMIT", "OFFSET"),
    "LIMIT": ("OFFSET",),
    "SET": ("WHERE", "FROM", "RETURNING"),
    "VALUES": ("RETURNING",),
    "WITH": ("SELECT", "FROM", "AS", "AS MATERIALIZED", "INSERT INTO"),
    "WINDOW": ("AS", "ORDER BY"),
}
"""By the clause: what may follow an operand that is whole."""
COMPARE = ("IN", "LIKE", "ILIKE", "BETWEEN", "IS NULL", "IS NOT NULL", "NOT IN", "NOT LIKE", "IS DISTINCT FROM")
"""What may follow a name that is not compared yet."""
OPENED: Mapping[str, tuple[str, ...]] = {
    "AS": QUERY,
    "OVER": ("PARTITION BY", "ORDER BY"),
    "FILTER": ("WHERE",),
    "WITHIN": ("ORDER BY",),
}
"""By the word before them: what parentheses begin with."""
IN_PARENTHESES = ("AND", "OR", "AS", "FROM", "ORDER BY", "OVER", "FILTER")

BEFORE_OPERAND: Mapping[str, tuple[str, ...]] = {
    "SELECT": ("DISTINCT", "CASE", "CAST", "NOT", "NULL", "EXISTS", "INTERVAL", "TRUE", "FALSE", "COLUMNS"),
    "WHERE": ("NOT", "EXISTS", "CASE", "CAST", "NULL", "TRUE", "FALSE", "INTERVAL", "DATE"),
    "FROM": ("NOT", "EXISTS", "CASE", "CAST", "NULL", "TRUE", "FALSE", "INTERVAL", "DATE"),
    "GROUP": ("ALL", "CUBE", "ROLLUP", "GROUPING SETS"),
    "ORDER": ("ALL",),
    "VALUES": (),
}
"""By the clause: what an operand may begin with, beside names."""

OPERATORS = frozenset(
    {
        *(
            "AND",
            "OR",
            "NOT",
            "IN",
            "LIKE",
            "ILIKE",
            "BETWEEN",
            "IS",
            "CASE",
            "WHEN",
            "THEN",
            "ELSE",
            "DISTINCT",
            "ALL",
        ),
        *("BY", "ON", "USING", "SIMILAR", "TO", "ESCAPE", "COLLATE", "INTERVAL", "EXISTS", "ANY", "SOME", "AS", "OVER"),
        *("SELECT", "WHERE", "HAVING", "QUALIFY", "SET", "RETURNING", "FROM", "CUBE", "ROLLUP", "GLOB", "FILTER"),
    }
)
"""Words after which an operand is still to come."""
MATCHES = ("LIKE", "ILIKE", "GLOB", "BETWEEN")
AFTER_WORD: Mapping[str, tuple[str, ...]] = {
    "IS": ("NULL", "NOT NULL", "DISTINCT FROM", "NOT DISTINCT FROM", "TRUE", "FALSE"),
    "NULLS": ("LAST", "FIRST"),
    "GROUPING": ("SETS",),
    **dict.fromkeys(("LEFT", "RIGHT", "FULL"), ("JOIN", "OUTER JOIN")),
    **dict.fromkeys(("INNER", "OUTER", "CROSS", "NATURAL", "ASOF", "POSITIONAL", "SEMI", "ANTI"), ("JOIN",)),
    **dict.fromkeys(("GROUP", "ORDER", "PARTITION"), ("BY",)),
}
"""What may follow a word, and nothing else may."""

TYPES = (
    *("VARCHAR", "BIGINT", "INTEGER", "DOUBLE", "DATE", "TIMESTAMP", "TIMESTAMPTZ", "BOOLEAN", "DECIMAL", "HUGEINT"),
    *("JSON", "INTERVAL", "TIME", "UUID", "BLOB"),
)
TYPED = ("DATE", "TIMESTAMP", "TIMESTAMPTZ", "TIME")
"""Types that may stand before a literal."""

PHRASES: Mapping[str, tuple[str, ...]] = {
    "SHOW": (
        *("SERVICES IN", "RESOURCES IN", "METHODS IN", "PROVIDERS", "EXTENDED", "INSERT INTO", "AUTH", "VERSION"),
        *("TABLES", "ALL TABLES", "DATABASES", "SCHEMAS", "VARIABLES"),
    ),
    **dict.fromkeys(("SHOW SERVICES", "SHOW RESOURCES", "SHOW METHODS"), ("IN",)),
    "SHOW PROVIDERS": ("LIKE", "WHERE", "ORDER BY", "LIMIT"),
    "SHOW INSERT": ("INTO",),
    "SHOW ALL": ("TABLES",),
    "SHOW TABLES": ("FROM",),
    "SHOW TABLES FROM": ("stackduck",),
    "PURGE": ("CACHE", "CONSERVATIVE", "CONTROL_TABLES", "EPHEMERAL"),
    "REGISTRY": ("LIST", "PULL"),
    "DESCRIBE": ("EXTENDED", "METHOD", "SELECT", "FROM", "WITH"),
    "SUMMARIZE": ("SELECT", "FROM", "WITH"),
    "EXPLAIN": ("ANALYZE", "SELECT", "FROM", "WITH", "INSERT INTO", "UPDATE", "DELETE FROM", "EXEC"),
    "EXPLAIN ANALYZE": ("SELECT", "FROM", "WITH"),
    "INSERT": ("INTO",),
    "DELETE": ("FROM",),
    "REPLACE": ("INTO",),
    "CREATE": (
        *("VIEW", "TABLE", "OR REPLACE VIEW", "OR REPLACE TABLE", "TEMP TABLE", "TEMP VIEW", "MACRO", "SCHEMA"),
        "MATERIALIZED VIEW",
    ),
    "CREATE OR": ("REPLACE",),
    "CREATE OR REPLACE": ("VIEW", "TABLE", "TEMP TABLE", "TEMP VIEW", "MACRO", "MATERIALIZED VIEW"),
    **dict.fromkeys(("CREATE TEMP", "CREATE OR REPLACE TEMP"), ("TABLE", "VIEW")),
    **dict.fromkeys(("CREATE MATERIALIZED", "CREATE OR REPLACE MATERIALIZED"), ("VIEW",)),
    "DROP": ("TABLE", "VIEW", "MATERIALIZED VIEW", "MACRO", "SCHEMA"),
    "DROP MATERIALIZED": ("VIEW",),
    "REFRESH": ("MATERIALIZED VIEW",),
    "REFRESH MATERIALIZED": ("VIEW",),
    "TRUNCATE": ("TABLE",),
    "ALTER": ("TABLE", "VIEW"),
    "BEGIN": ("TRANSACTION",),
    "SET": ("VARIABLE",),
}
"""What follows the words with which a statement begins; EXTENDED is as if it were not there."""

EVERY_LEVEL = 4
NAMES: Mapping[str, int] = {
    **dict.fromkeys(("SHOW SERVICES IN", "SHOW AUTH", "REGISTRY PULL", "REGISTRY LIST"), 1),
    **dict.fromkeys(("SHOW RESOURCES IN",), 2),
    **dict.fromkeys(("SHOW METHODS IN", "SHOW INSERT INTO", "DESCRIBE"), 3),
    **dict.fromkeys(("DESCRIBE METHOD", "EXEC"), EVERY_LEVEL),
    **dict.fromkeys(("INSERT INTO", "REPLACE INTO", "UPDATE", "REPLACE", "SUMMARIZE", "COPY", "PIVOT", "UNPIVOT"), 3),
    **dict.fromkeys(("DROP TABLE", "DROP VIEW", "TRUNCATE TABLE", "ALTER TABLE", "ALTER VIEW"), 0),
    **dict.fromkeys(("DROP MATERIALIZED VIEW", "REFRESH MATERIALIZED VIEW"), 0),
}
"""After which words a name stands, and of how many parts: provider, service, resource, method; 0 for a local table."""
AFTER_NAME: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("SHOW SERVICES IN", "SHOW RESOURCES IN", "SHOW METHODS IN"), ("LIKE", "WHERE", "ORDER BY", "LIMIT")
    ),
    **dict.fromkeys(("INSERT INTO", "REPLACE INTO"), ("VALUES", "SELECT", "FROM", "DEFAULT VALUES", "BY NAME")),
    **dict.fromkeys(("UPDATE", "REPLACE"), ("SET", "WHERE")),
    **dict.fromkeys(("PIVOT", "UNPIVOT"), ("ON",)),
    "COPY": ("TO", "FROM"),
    **{f"CREATE {kind}": ("AS",) for kind in ("VIEW", "TABLE", "OR REPLACE VIEW", "OR REPLACE TABLE", "TEMP TABLE")},
    **{f"CREATE {kind}": ("AS",) for kind in ("TEMP VIEW", "MATERIALIZED VIEW", "OR REPLACE MATERIALIZED VIEW")},
}
"""What follows that name."""
