"""`sorairo.toml`: defaults for the options of the commands that make clips and pictures.

    size = "720p"        # for every command that has the option
    seed = 7

    [generate]           # for one command
    seconds = 2

The file in the current folder comes first, then that in the user's configuration folder. Options on
the command line override both. Options that name files or addresses cannot be set: a file that lies
in some folder must not decide where results go, or who reads the prompts.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import click

from sorairo.errors import ConfigError, RequestError, unknown_name

NAME = "sorairo.toml"
_NOT_HERE = {"output", "input", "expand-url", "expand-model", "help", "dry-run", "at", "region"}


def option_defaults(commands: Mapping[str, click.Command]) -> dict[str, dict[str, Any]]:
    """The defaults of each command's options, by the names of its parameters, from the files.
    Raises ConfigError."""
    found: dict[str, dict[str, Any]] = {name: {} for name in commands}
    for path in reversed(_files()):
        for name, defaults in _read(path, commands).items():
            found[name] |= defaults
    return found


def _files() -> list[Path]:
    """The files that exist, the one that comes first in front."""
    import platformdirs

    places = (Path(NAME), Path(platformdirs.user_config_dir("sorairo")) / NAME)
    return [path for path in places if os.path.isfile(path)]


def _read(path: Path, commands: Mapping[str, click.Command]) -> dict[str, dict[str, Any]]:
    from sorairo.generation.requests.storyboard.bounded_toml import MAX_LENGTH, load_toml

    try:
        with path.open("rb") as file:
            table = load_toml(file.read(4 * MAX_LENGTH + 4).decode("utf-8-sig"))
    except (OSError, UnicodeDecodeError, RequestError) as error:
        raise ConfigError(f"{path} cannot be read: {str(error).rstrip('.')}.") from error
    found: dict[str, dict[str, Any]] = {name: {} for name in commands}
    options = {name: _options(command) for name, command in commands.items()}
    known = {key for each in options.values() for key in each}
    for key, value in table.items():
        if isinstance(value, dict):
            if key not in commands:
                raise _unknown(path, "command", key, commands)
            own = options[key]
            for inner, each in value.items():
                if inner not in own:
                    raise _unknown(path, f"option of {key},", inner, own)
                found[key][str(own[inner].name)] = _checked(path, own, inner, each)
            continue
        if key not in known:
            raise _unknown(path, "option", key, known)
        for name in commands:
            if key in options[name]:
                own = _checked(path, options[name], key, value)
                found[name].setdefault(str(options[name][key].name), own)
    return found


def _options(command: click.Command) -> dict[str, click.Option]:
    """The options that can be set, by their long names without hyphens in front."""
    found = {}
    for option in command.params:
        if isinstance(option, click.Option) and not option.hidden:
            name = next(each for each in option.opts if each.startswith("--"))[2:]
            if name not in _NOT_HERE:
                found[name] = option
    return found


def _checked(path: Path, options: Mapping[str, click.Option], key: str, value: Any) -> Any:
    """A value as click takes it. Raises ConfigError for one of the wrong type."""
    option = options[key]
    if option.is_flag:
        if not isinstance(value, bool):
            raise ConfigError(f"In {path}, {key} is true or false.")
        return value
    if option.multiple:
        values = value if isinstance(value, list) else [value]
        return [_converted(path, option, key, each) for each in values]
    return _converted(path, option, key, value)


def _converted(path: Path, option: click.Option, key: str, value: Any) -> Any:
    if isinstance(value, bool | list | dict):
        raise ConfigError(f"In {path}, {key} is one text or number.")
    if isinstance(value, float) and isinstance(option.type, click.types.IntParamType):
        raise ConfigError(f"In {path}, {key} cannot be {value}: it is a whole number.")
    try:
        option.type.convert(value if isinstance(value, int | float) else str(value), option, None)
    except click.UsageError as error:
        shown = str(value)[:60]
        raise ConfigError(f"In {path}, {key} cannot be {shown}: {error.message}") from error
    return str(value) if isinstance(option.type, click.types.StringParamType) else value


def _unknown(path: Path, kind: str, name: str, known: Iterable[str]) -> ConfigError:
    if name in _NOT_HERE:
        return ConfigError(f"In {path}: {name} can be set on the command line only.")
    return ConfigError(f"In {path}: {unknown_name(kind, name, sorted(known))}")
