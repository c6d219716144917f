"""Which days a condition on the day of a report means: DuckDB answers that over the calendar of days that can exist.

Owns putting the question, in the user's own words. Which conditions must hold is not decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import pairwise

from sqlglot import exp

from stackduck.errors import Error, NotSupportedError
from stackduck.sql.rewrite import Edit, splice
from stackduck.sql.scopes import DAY
from stackduck.sql.spans import span_of
from stackduck.sql.statements import Statement
from stackduck.sql.tokens import tokenize

Ask = Callable[[str, Mapping[str, object]], frozenset[date]]
"""Returns the days of the calendar for which a condition over the column `day` holds.

Raises an Error where DuckDB cannot tell, or would not say the same again.
"""

_NO_DAY = "CAST(NULL AS DATE)"
# DuckDB would refuse them as well, but a refusal of its own ends the user's transaction.
_VOLATILE = (
    *("RANDOM", "UUID", "UUIDV4", "UUIDV7", "GEN_RANDOM_UUID", "NEXTVAL", "CURRVAL", "SETVAL", "SETSEED", "ERROR"),
    *("CURRENT_QUERY", "CURRENT_QUERY_ID", "CURRENT_TRANSACTION_ID", "CURRENT_CONNECTION_ID", "TXID_CURRENT"),
    *("SLEEP_MS", "STATS", "WRITE_LOG", "VECTOR_TYPE"),
)


class DayConditions:
    """Asks for the conditions of one text."""

    def __init__(self, statement: Statement, parameters: Mapping[str, object], ask: Ask) -> None:
        self._statement = statement
        self._parameters = parameters
        self._ask = ask
        self._answers: dict[str, frozenset[date] | Error] = {}
        self.reasons: dict[int, str] = {}
        """The id of a condition's node to why it means no certain days."""

    def days(self, conditions: Sequence[exp.Expr], *, may_be_null: bool) -> frozenset[date] | None:
        """Return the days that conditions together mean whose only columns are the day of one report.

        `may_be_null` says that an outer join may have put NULL there; None where they hold for that too, and where
        DuckDB cannot say.
        """
        try:
            return self._days(conditions, may_be_null=may_be_null)
        except Error as exc:
            self.reasons |= dict.fromkeys(map(id, conditions), str(exc).split("\n")[0])
            return None

    def _days(self, conditions: Sequence[exp.Expr], *, may_be_null: bool) -> frozenset[date]:
        text = self._about(conditions, DAY)
        if not may_be_null:
            return self.matching(text)
        without = self._about(conditions, _NO_DAY)
        found = self.matching(f"({text}) AND ({without}) IS NOT TRUE")
        if not found and self.matching(without):
            raise NotSupportedError("it also holds for rows to which an outer join gives no day")
        return found

    def matching(self, text: str) -> frozenset[date]:
        """Return the days for which a condition over `day` holds; raises an Error where DuckDB cannot say."""
        if text not in self._answers:
            try:
                self._answers[text] = self._asked(text)
            except Error as exc:
                self._answers[text] = exc
        answer = self._answers[text]
        if isinstance(answer, Error):
            raise answer
        return answer

    def _asked(self, text: str) -> frozenset[date]:
        tokens = tokenize(text)
        for token, after in pairwise(tokens):
            if token.is_word(*_VOLATILE) and after.text == "(":
                raise NotSupportedError(f"{token.text}() may have another value for each row")
        used = {token.text[1:] for token in tokens if token.kind == "named"}
        return self._ask(text, {name: value for name, value in self._parameters.items() if name in used})

    def _about(self, conditions: Iterable[exp.Expr], name: str) -> str:
        """Return conditions as they were written, with a name in place of their columns."""
        return " AND ".join(f"({self._with(condition, name)})" for condition in conditions)

    def _with(self, condition: exp.Expr, name: str) -> str:
        span = span_of(condition, self._statement)
        if span is None:
            raise NotSupportedError("it cannot be told from the rest of the statement")
        start, end = span
        places = [(c.parts[0].meta["start"], c.parts[-1].meta["end"] + 1) for c in condition.find_all(exp.Column)]
        return splice(self._statement.text[start:end], [Edit(a - start, b - start, name) for a, b in places])
