"""What a user need not say each time: default parameters, archive, output and limits, from files that may be read.

Pure but for reading two files: says which file counts, what it may hold, and what holds in the end and why. Nothing
here opens a connection or looks at a token, and no file can name a host, a credential or a program: those come from
the command line and the environment alone.
"""

from __future__ import annotations

from stackduck.config.files import ConfigFile, Trust, read
from stackduck.config.places import repository_file, user_file
from stackduck.config.settings import Configuration, Given, Setting, Source, hold

__all__ = [
    "ConfigFile",
    "Configuration",
    "Given",
    "Setting",
    "Source",
    "Trust",
    "hold",
    "read",
    "repository_file",
    "user_file",
]
