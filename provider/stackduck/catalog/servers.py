"""Where an operation is served: the template of its base URL, the server's variables, and the URL that values make.

Pure. A document proposes a host; whether it is called, and with whose credential, the user says. A value can choose one
label inside a domain that the document fixes, one of the hosts that it lists, a port or a segment of the path.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from stackduck.catalog.documents import Node
from stackduck.catalog.model import Parameter
from stackduck.errors import ProgrammingError
from stackduck.frozen import frozen

GITHUB = "https://api.github.com"

_TEMPLATE = re.compile(r"(?P<scheme>[^:/?#@]+)://(?P<host>[^:/?#@]+)(:(?P<port>[^/?#@]+))?(?P<path>/[^?#@]*)?")
_VARIABLE = re.compile(r"\{([^{}]+)\}")
_LABEL = re.compile(r"[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?")
_HOST = re.compile(rf"{_LABEL.pattern}(\.{_LABEL.pattern})*")
_FIXED_DOMAIN = re.compile(r"[^{}]*\.[^{}.]+\.[^{}.]+\.?")


@frozen
class Served:
    """What the servers of an operation come to."""

    template: str = ""
    """Empty for the API that the user names."""
    parameters: tuple[Parameter, ...] = ()
    flaw: str = ""


def served(*owners: Node, provider: str) -> Served:
    """Return the server of the first owner that has one: a method, its operation, its path, its document.

    GitHub's own API has no template, since the user says where that is; it is asked where a document names none.
    """
    for owner in owners:
        servers = owner.get("servers")
        first = servers[0] if isinstance(servers, list) and servers else None
        first = first if isinstance(first, dict) else {}
        url = first.get("url")
        if isinstance(url, str) and url.strip():
            if provider.lower() == "github" and url.strip().rstrip("/").lower() in (GITHUB, ""):
                return Served()
            variables = first.get("variables")
            return _settled(url.strip().rstrip("/"), variables if isinstance(variables, dict) else {})
    return Served()


def base_url(template: str, values: Mapping[str, str], *, parameters: Iterable[Parameter], where: str) -> str:
    """Return the base URL that values make of a template; defaults stand in for those that are not given.

    Raises ProgrammingError, naming `where` and the variable, for a value that cannot be a part of it.
    """
    match = _TEMPLATE.fullmatch(template)
    if match is None:
        return template
    known = {parameter.name: parameter for parameter in parameters}

    def part(name: str, check: Callable[[Parameter, str, str], str]) -> str:
        def chosen(found: re.Match[str]) -> str:
            parameter = known.get(found[1])
            if parameter is None:
                return found[0]
            given = values.get(parameter.name)
            return (parameter.default or "") if given is None else check(parameter, given, where)

        return _VARIABLE.sub(chosen, match[name] or "")

    port = part("port", _port)
    return f"{match['scheme']}://{part('host', _label)}{f':{port}' if port else ''}{part('path', _segment)}".rstrip("/")


def _settled(template: str, variables: Mapping[str, Any]) -> Served:
    """Make a variable a parameter where a value may choose; put its default in its place elsewhere."""
    parameters, flaw = [], ""
    for name in dict.fromkeys(_VARIABLE.findall(template)):
        found = _parameter(name, variables.get(name))
        if _may_be_chosen(template, name, found.enum):
            parameters.append(found)
        elif found.default is not None:
            template = template.replace("{" + name + "}", found.default)
        else:
            parameters.append(found)
            flaw = f"its server '{template}' is chosen by '{name}' as a whole"
    if not flaw and not _is_base(template):
        flaw = f"its server '{template}' is no base URL"
    return Served(template, tuple(parameters), flaw)


def _parameter(name: str, variable: object) -> Parameter:
    said = variable if isinstance(variable, dict) else {}
    default = None if said.get("default") in (None, "{" + name + "}") else str(said["default"])
    enum = tuple(str(each) for each in said.get("enum") or () if each is not None)
    description = str(said.get("description") or "").strip()
    return Parameter(name, "server", "VARCHAR", default is None, description, default, enum=enum)


def _may_be_chosen(template: str, name: str, enum: tuple[str, ...]) -> bool:
    match = _TEMPLATE.fullmatch(template)
    hole = "{" + name + "}"
    if match is None or hole in match["scheme"]:
        return False
    if hole not in match["host"]:
        return True
    return bool(enum) or bool(_FIXED_DOMAIN.fullmatch(match["host"].rpartition(hole)[2]))


def _label(parameter: Parameter, value: str, where: str) -> str:
    if value in parameter.enum and _HOST.fullmatch(value):
        return value
    if parameter.enum:
        raise ProgrammingError(
            f"{where}: {parameter.name} may be {', '.join(parameter.enum)}, not {value!r}; it is part of the host"
        )
    if not _LABEL.fullmatch(value):
        raise ProgrammingError(
            f"{where}: {parameter.name} may hold letters, digits and hyphens, not {value!r}; it is part of the host"
        )
    return value


def _port(parameter: Parameter, value: str, where: str) -> str:
    if not re.fullmatch(r"[0-9]{1,5}", value):
        raise ProgrammingError(f"{where}: {parameter.name} must be a number, not {value!r}; it is the server's port")
    return value


def _segment(parameter: Parameter, value: str, where: str) -> str:
    from stackduck.catalog.requests import path_segment

    return path_segment(value, name=parameter.name, where=where)


def _is_base(template: str) -> bool:
    match = _TEMPLATE.fullmatch(_VARIABLE.sub("x", template))
    return match is not None and match["scheme"].lower() in ("http", "https") and bool(_HOST.fullmatch(match["host"]))
