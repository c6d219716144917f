"""Joins planner, client, reports and engine, which do not know one another; nothing is decided here."""

from stackduck.execute.executor import Executor
from stackduck.execute.origins import Origins
from stackduck.execute.permission import Permission

__all__ = ["Executor", "Origins", "Permission"]
