"""The command ``iio``: look at, convert and compare files, and see what is installed.

Each subcommand is a module ``_<name>.py`` with two functions, listed in `_main.COMMANDS`:
``configure(parser)`` declares its arguments, ``run(arguments)`` does it and returns the exit
status. It is imported only when it is asked for.
"""

from ._main import main

__all__ = ["main"]
