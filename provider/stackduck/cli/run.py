"""`stackduck run`: SQL files with declared parameters; rows to standard output or a file."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from functools import partial

from stackduck.cli import exits, messages, parameters
from stackduck.cli.options import Parser, add_connection_options, add_output_options, add_variable_option, connect

TYPE_CHECKING = False
if TYPE_CHECKING:
    from stackduck.cli.runs import Source
    from stackduck.config import Configuration
    from stackduck.files.front_matter import SqlFile

DESCRIPTION = """\
Run SQL files, one after the other, and print the rows of each. A file may declare its parameters in front matter; each
is an option: --days 30. FOLDER stands for all files *.sql in it, NAME for a file that comes with stackduck. Each file
runs in a session of its own; --database keeps tables between them. The first that fails ends the run.
"""

EPILOG = f"""\
'stackduck run FILE --help' tells the file's parameters; without front matter --var gives the values of its variables.
The default format is the file's own (output: in its front matter), else as in 'stackduck exec'.

{exits.MEANINGS}
examples:
  stackduck run idle_seats --enterprise octo --days 60
  stackduck run idle_seats --help
  stackduck run reports/ --org octo-org --record recordings/today
  stackduck run reports/ --org octo-org --replay recordings/today -o csv
"""


def main(arguments: list[str]) -> int:
    """Run the subcommand and return its exit code."""
    if {"-h", "--help"} & set(arguments):
        return _help(arguments)
    return _run(parameters.parse(_parser(), arguments))


def _run(options: argparse.Namespace) -> int:
    from stackduck.cli.runs import Run, wishes_of
    from stackduck.cli.settings import settle

    if not options.files:
        raise exits.UsageError("no file; name a FILE, a FOLDER, or one that stackduck queries lists")
    files = parameters.read(options.files)
    held = settle(options, beside=parameters.beside(files))
    run = Run(partial(connect, options), wishes_of(options, held))
    return run.perform(_sources(files, options, held))


def _sources(files: list[SqlFile], options: argparse.Namespace, held: Configuration) -> list[Source]:
    """Return what runs, with its values; what is wrong with any of them is found before the first runs."""
    from stackduck.cli.runs import Source
    from stackduck.files.parameters import Caster, bind
    from stackduck.files.running import Running

    caster, sources = Caster(), []
    for file, given in zip(files, parameters.shares(files, options), strict=True):
        bound = bind(file, given, caster=caster, defaults=held.defaults)
        for text in () if options.quiet else bound.warnings:
            messages.warning(text)
        title = f"{file.path}: {file.description or file.name}" if len(files) > 1 else ""
        sources.append(Source(partial(Running, file, bound.values), title, file.output, bound.taken))
    caster.close()
    return sources


def _help(arguments: list[str]) -> int:
    """Print the text of --help, with the parameters of the files that are named."""
    rest = [each for each in arguments if each not in ("-h", "--help")]
    options = parameters.parse(_parser(), rest)
    _parser(parameters.read(options.files)).print_help()
    return exits.OK


def _parser(files: Sequence[SqlFile] = ()) -> Parser:
    """Describe the options, and the parameters of files."""
    parser = Parser(
        prog="stackduck run",
        usage="stackduck run [options] FILE|FOLDER|NAME ... [--PARAMETER VALUE ...]",
        description=DESCRIPTION,
        epilog=EPILOG,
    )
    parser.add_argument("files", metavar="FILE|FOLDER|NAME", nargs="*", help="SQL files; several run in order")
    if files:
        parameters.add_help(parser, files, known=_parser())
    add_variable_option(parser)
    add_output_options(parser)
    add_connection_options(parser)
    return parser
