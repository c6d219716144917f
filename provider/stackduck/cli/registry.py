"""`stackduck registry`: which provider documents a registry has, and fetching them; REGISTRY LIST and PULL in short."""

from __future__ import annotations

from functools import partial

from stackduck.cli import exits
from stackduck.cli.options import Parser, connect, no_connection_options
from stackduck.output import FORMATS

DESCRIPTION = """\
List what a registry of provider documents has, or fetch a provider's documents from it.
What was fetched is kept in the data folder of the user and stands behind what comes with stackduck. It brings no
credential and names no host on its own: bind one with --auth HOST=NAME where a statement asks another provider.
"""

EPILOG = f"""\
{exits.MEANINGS}
examples:
  stackduck registry list
  stackduck registry list github
  stackduck registry pull github
  stackduck registry pull github v24.11.00355
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    parser = _parser()
    options = parser.parse_args(arguments)
    if options.action == "pull" and not options.names:
        parser.error("pull needs the name of a provider")
    if len(options.names) > (2 if options.action == "pull" else 1):
        parser.error(f"{options.action} takes no '{options.names[-1]}'")
    from stackduck.cli.runs import Run, Wishes
    from stackduck.sql.rewrite import literal

    described = no_connection_options(registry=[])
    described.registry_url = options.registry_url
    statement = " ".join(("REGISTRY", options.action.upper(), *map(literal, options.names)))
    return Run(partial(connect, described), Wishes(options.output)).execute(statement, {})


def _parser() -> Parser:
    """Describe the options."""
    parser = Parser(
        prog="stackduck registry",
        usage="stackduck registry [options] list [PROVIDER] | pull PROVIDER [VERSION]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("action", choices=("list", "pull"), help="what to do")
    parser.add_argument("names", metavar="NAME", nargs="*", help="a provider, and for pull a version")
    parser.add_argument(
        "--registry-url", metavar="URL", help="default: STACKDUCK_REGISTRY_URL, StackQL's public registry"
    )
    formats = [form for form in FORMATS if form != "parquet"]
    parser.add_argument("-o", "--output", metavar="FORMAT", choices=formats, help=", ".join(formats))
    return parser
