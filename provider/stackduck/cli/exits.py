"""What the exit codes mean, and which error has which."""

from __future__ import annotations

from stackduck import errors

OK = 0
QUERY = 1
USAGE = 2
CONNECTION = 3
TIMEOUT = 4
ACCESS = 5
RATE_LIMIT = 6
BUG = 70
INTERRUPTED = 130
TERMINATED = 143

MEANINGS = """\
exit codes:
  0    ok
  1    the statement is wrong, a guard such as --max-calls or --fail-on-gaps stopped it, or
       what came cannot be read or written
  2    the command was used wrongly
  3    no connection, or GitHub fails
  4    no answer in time
  5    authentication, permission, or not found (GitHub hides one behind the other)
  6    rate limited
  70   a bug of stackduck
  130  interrupted
  143  asked to end (SIGTERM)
"""

_CODES: tuple[tuple[type[BaseException] | tuple[type[BaseException], ...], int], ...] = (
    (errors.RequestTimeoutError, TIMEOUT),
    (errors.RateLimitError, RATE_LIMIT),
    ((errors.AuthenticationError, errors.PermissionDeniedError, errors.NotFoundError), ACCESS),
    (errors.InterfaceError, USAGE),
    (errors.InternalError, BUG),
    ((errors.Error, OSError), QUERY),
    (KeyboardInterrupt, INTERRUPTED),
)


class UsageError(Exception):
    """The command was used in a way that cannot work."""


def exit_code(error: BaseException) -> int:
    """Choose the exit code of an error; one that nobody foresaw is a bug."""
    if isinstance(error, UsageError):
        return USAGE
    found = next((code for kinds, code in _CODES if isinstance(error, kinds)), BUG)
    if found == QUERY and isinstance(error, errors.OperationalError) and not _is_of_the_statement(error):
        return CONNECTION
    return found


def _is_of_the_statement(error: errors.OperationalError) -> bool:
    """Tell trouble of this machine, such as a file that is not there, and GitHub's refusals from failures outside."""
    if isinstance(error, (errors.CallLimitError, errors.MissingDaysError, errors.NotRecordedError)):
        return True
    cause = error.__cause__
    is_local = isinstance(cause, OSError) or type(cause).__module__.partition(".")[0] in ("duckdb", "_duckdb")
    return is_local or (error.status is not None and 400 <= error.status < 500 and error.status != 408)
