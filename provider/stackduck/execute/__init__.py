"""Joins planner, client, reports and engine, which do not know one another; nothing is decided here."""

from stackduck.execute.executor import Executor
from stackduck.execute.loading import Origins

__all__ = ["Executor", "Origins"]
