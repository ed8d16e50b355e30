"""The settings of a program: its options, then the environment, then the defaults, checked once.

What is wrong with them is said to whoever started the program, a line for each, by the names under
which it can be set.
"""

import sys
from collections.abc import Mapping
from typing import Any, Final, TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

WRONG_SETTINGS: Final = 2
"""Exit code of a program that was started with settings that cannot be."""

S = TypeVar("S", bound=BaseSettings)


def settings_of(kind: type[S], options: Mapping[str, Any], /, **fields: str) -> S:
    """Return the settings of a program.

    ``options`` is its command line: each option, with None where it was not given. ``fields`` name
    the setting of an option that is called otherwise.

    Raises:
        SystemExit: a setting cannot be; standard error has a line for each.
    """
    given = {fields.get(name, name): value for name, value in options.items() if value is not None}
    try:
        return kind(**given)
    except ValidationError as wrong:
        option_of = {fields.get(name, name): name.replace("_", "-") for name in options}
        for problem in wrong.errors():
            field = str(problem["loc"][0])
            option = f"--{option_of[field]}, " if field in option_of else ""
            variable = f"{kind.model_config['env_prefix']}{field}".upper()
            sys.stderr.write(f"{option}{variable}: {problem['msg']}\n")
        raise SystemExit(WRONG_SETTINGS) from wrong
