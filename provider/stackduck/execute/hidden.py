"""What keeps a parameter from a provider table inside a view, in the words of who reads the view."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from stackduck.errors import Error, MissingParameterError, ProgrammingError
from stackduck.frozen import frozen
from stackduck.sql.rewrite import plain_name
from stackduck.sql.statements import Statement, of_text, three_part_names

if TYPE_CHECKING:
    from stackduck.catalog.model import Resource
    from stackduck.catalog.names import Catalog

_UNKNOWN = re.compile(r"no column '([^']+)' in ")
_CONDITIONS = re.compile(r"; add WHERE (.+?)(?: \(|; or|\n|\Z)")


@frozen
class Views:
    """The views over provider tables, and what can be tried with them."""

    texts: Mapping[str, str]
    catalog: Catalog
    read: Callable[[str], object]
    """Plans and binds a statement, and makes no call."""
    expand: Callable[[Statement], Statement]

    def blamed(self, exc: ProgrammingError, statement: Statement) -> ProgrammingError | None:
        """Return an error that says which view lacks which column; None where no view is to blame."""
        words = (t.name.lower() for t in statement.tokens if t.kind in ("word", "quoted"))
        unknown = _UNKNOWN.match(str(exc))
        for view in dict.fromkeys(word for word in words if word in self.texts):
            told: ProgrammingError | None = None
            if isinstance(exc, MissingParameterError):
                told = self._missing(view, exc)
            elif unknown:
                told = self._without_column(view, unknown[1])
            if told:
                return told
        return None

    def _without_column(self, view: str, column: str) -> ProgrammingError | None:
        for resource in self._resources(view):
            is_parameter = any(method.parameter(column) for method in resource.methods_for("select"))
            if is_parameter and self._obstacle(view, column) == "column":
                return ProgrammingError(_add_column(view, column, resource.full_name))
        return None

    def _missing(self, view: str, exc: MissingParameterError) -> MissingParameterError | None:
        """Tell what a view lacks, where reading the view alone lacks it too."""
        if not self._lacks(view, exc.missing):
            return None
        obstacles = {parameter: self._obstacle(view, parameter) for parameter in exc.missing}
        needed = " and ".join(exc.missing)
        for parameter, obstacle in obstacles.items():
            if obstacle == "column":
                text = _add_column(view, parameter, exc.resource)
                break
            if obstacle == "form":
                text = (
                    f"{exc.resource} in the view {view} needs {needed}, and no condition on the view reaches it; "
                    f"put WHERE {plain_name(parameter)} = '<{parameter}>' into the view"
                )
                break
        else:
            conditions = _CONDITIONS.search(str(exc))
            text = f"{exc.resource} in the view {view} needs {needed}; add WHERE {conditions[1] if conditions else '…'}"
        return MissingParameterError(text, resource=exc.resource, missing=exc.missing)

    def _lacks(self, view: str, parameters: Collection[str]) -> bool:
        try:
            self.read(f"FROM {plain_name(view)}")
        except MissingParameterError as exc:
            return set(exc.missing) == set(parameters)
        except Error:
            return False
        return False

    def _obstacle(self, view: str, parameter: str) -> str:
        """Return what keeps a parameter from being given to a view: no column, the view's form, or nothing."""
        try:
            self.read(f"SELECT 1 FROM {plain_name(view)} WHERE {plain_name(parameter)} = 'x'")
        except MissingParameterError as exc:
            return "form" if parameter in exc.missing else ""
        except Error as exc:
            return "column" if f"no column '{parameter}'" in str(exc) else ""
        return ""

    def _resources(self, view: str) -> Iterator[Resource]:
        """Yield the provider tables in a view, and in the views that it reads."""
        providers = {name.lower() for name in self.catalog.provider_names()}
        for parts in three_part_names(self.expand(of_text(f"FROM {plain_name(view)}"))):
            if parts[0].name.lower() in providers:
                yield self.catalog.resource(*(part.name for part in parts))


def _add_column(view: str, column: str, resource: str) -> str:
    return (
        f"the view {view} has no column {column}, a parameter of {resource} in it; "
        f"add the column: CREATE OR REPLACE VIEW {plain_name(view)} AS SELECT {plain_name(column)}, …"
    )
