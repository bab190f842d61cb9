"""What a person can set: one TOML file that they may also edit by hand.

Unknown keys and values out of range are refused with file and key; comments survive ``config KEY VALUE``.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from flashcards.errors import FlashcardsError, system_reason


class SettingsError(FlashcardsError):
    """A setting that does not exist or a value it cannot take."""


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings with their defaults; each field's metadata says what it may be."""

    desired_retention: float = field(default=0.9, metadata={"low": 0.7, "high": 0.99})
    new_per_day: int = field(default=20, metadata={"low": 0, "high": 9999})
    reviews_per_day: int = field(default=200, metadata={"low": 0, "high": 99999})
    deck_new_per_day: Mapping[str, int] = field(default_factory=dict)
    fuzz: bool = True
    language: str = field(default="auto", metadata={"choices": ("auto", "zh", "en")})
    theme: str = field(default="dark", metadata={"choices": ("dark", "light", "contrast", "ansi")})
    keys: Mapping[str, str] = field(default_factory=dict)


def read_settings(path: Path) -> Settings:
    """The settings in ``path``; the defaults where there is no file.

    Raises:
        SettingsError: no TOML, an unknown key, or a value out of range; names the file and the key.
    """
    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return Settings()
    except OSError as error:
        raise SettingsError(
            "{path}: cannot be read ({reason}).", path=path, reason=system_reason(error)
        ) from error
    try:
        values = tomllib.loads(content.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(
            "{path}: not valid TOML ({error}). Mend or remove the file.", path=path, error=error
        ) from error
    return Settings(**{key: check_value(key, value, str(path)) for key, value in values.items()})


def write_setting(path: Path, key: str, text: str) -> Any:
    """Set one key from the command line, keeping everything else in the file; returns the value kept.

    Raises:
        SettingsError: unknown key, a value it cannot take, or a file that cannot be written.
    """
    import tomlkit

    value = check_value(key, _parsed(text), "config")
    try:
        document = tomlkit.parse(path.read_text("utf-8")) if path.exists() else tomlkit.document()
        section, dot, name = key.partition(".")
        if dot:
            document.setdefault(section, tomlkit.table())[name] = value
        else:
            document[key] = value
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".toml.new")
        draft.write_text(tomlkit.dumps(document), "utf-8")
        draft.replace(path)
    except OSError as error:
        raise SettingsError(
            "{path}: cannot be written ({reason}).", path=path, reason=system_reason(error)
        ) from error
    return value


def check_value(key: str, value: Any, where: str) -> Any:
    """``value`` as the setting ``key`` takes it; ``table.name`` checks one entry of a table."""
    known = {f.name: f for f in fields(Settings)}
    section, dot, name = key.partition(".")
    if section not in known:
        raise SettingsError(
            "{where}: unknown setting {key!r}. Known: {known}.", where=where, key=key, known=", ".join(known)
        )
    rule = known[section].metadata
    if section in ("deck_new_per_day", "keys"):
        wanted: type = int if section == "deck_new_per_day" else str
        entries = {name: value} if dot else value
        if not isinstance(entries, dict) or not all(type(v) is wanted for v in entries.values()):
            raise SettingsError(
                "{where}: {key} needs entries of {wanted}, such as [{section}].",
                where=where,
                key=key,
                wanted=wanted.__name__,
                section=section,
            )
        return value
    if dot:
        raise SettingsError(
            "{where}: unknown setting {key!r}. Known: {known}.", where=where, key=key, known=", ".join(known)
        )
    default = known[section].default
    if isinstance(default, float) and type(value) is int:
        value = float(value)
    if type(value) is not type(default):
        raise SettingsError(
            "{where}: {key} = {value!r}: {wanted} needed.",
            where=where,
            key=key,
            value=value,
            wanted=type(default).__name__,
        )
    if "choices" in rule and value not in rule["choices"]:
        raise SettingsError(
            "{where}: {key} = {value!r}: one of {choices}.",
            where=where,
            key=key,
            value=value,
            choices=", ".join(rule["choices"]),
        )
    if "low" in rule and not rule["low"] <= value <= rule["high"]:
        raise SettingsError(
            "{where}: {key} = {value}: {low} to {high} needed.",
            where=where,
            key=key,
            value=value,
            low=rule["low"],
            high=rule["high"],
        )
    return value


def _parsed(text: str) -> Any:
    """A word from the command line as TOML would read it, else as text."""
    try:
        return tomllib.loads(f"v = {text}")["v"]
    except tomllib.TOMLDecodeError:
        return text
