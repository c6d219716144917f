"""StackQL's statements that nothing here answers, and what takes the place of each.

Asked only about what DuckDB has refused, so that a name of the user's own is never taken for one of these.
"""

from __future__ import annotations

from collections.abc import Collection

from stackduck.sql.statements import Statement

_INSTEAD = {
    "AUTH": "nobody logs in here: a token is found in GH_TOKEN or GITHUB_TOKEN, or bound to a host by --auth or "
    "connect(auth=…); SHOW AUTH github tells which one is used",
    "NATIVEQUERY": "every statement is DuckDB's SQL; write the query itself",
    "SLEEP": "what GitHub asks to wait is waited by itself; for more, wait in the program around the statements",
    "SET": "what StackQL sets at run time are options of the command and arguments of connect()",
    "USE": "a provider's tables have names of three parts, as in {provider}.<service>.<resource>",
}


def remedy(statement: Statement, providers: Collection[str]) -> str:
    """Return why a statement is not answered and what to do instead; empty for one that is not StackQL's."""
    tokens, word = statement.tokens, statement.keyword
    if word not in _INSTEAD or len(tokens) < 2:
        return ""
    name = tokens[1].name.lower()
    if word == "USE" and name not in {provider.lower() for provider in providers}:
        return ""
    if word == "SET" and not any(token.name.startswith("$.") for token in tokens[1:3]):
        return ""
    return f"{word} is not answered: {_INSTEAD[word].format(provider=name)}"
