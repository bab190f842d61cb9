"""Write ``docs/keys.md`` from the registry of actions: ``python docs/keys.py``."""

from __future__ import annotations

from pathlib import Path

from flashcards import locale
from flashcards.cards import Language
from flashcards.locale import text
from flashcards.tui.actions import ACTIONS, Action, in_scope, show_key

PAGE = Path(__file__).with_name("keys.md")
HEADS: dict[Language, tuple[str, str, str]] = {
    "en": ("keys", "what they do", "name for remapping"),
    "zh": ("按键", "作用", "重新映射用的名称"),
}
INTRODUCTIONS: dict[Language, str] = {
    "en": "# Keys\n\nMade from the program's own registry by `python docs/keys.py`. "
    "`[keys]` in the settings file gives an action other keys: "
    '`"quiz.bury" = "w"`, several with commas between them. [中文](#按键)',
    "zh": "# 按键\n\n由 `python docs/keys.py` 从程序的按键登记表生成。在设置文件的 `[keys]` 中可以给操作换键："
    '`"quiz.bury" = "w"`，多个键用逗号分开。[English](#keys)',
}


def page() -> str:
    """The whole page, English first."""
    before = locale.language()
    parts = []
    for language in ("en", "zh"):
        locale.set_language(language)
        parts += [INTRODUCTIONS[language], *(_scope(scope, language) for scope in _scopes())]
    locale.set_language(before)
    return "\n\n".join(parts) + "\n"


def _scopes() -> list[str]:
    """In the order of the registry, what works everywhere first."""
    return list(dict.fromkeys(action.scope for action in ACTIONS))


def _scope(scope: str, language: Language) -> str:
    heads = " | ".join(HEADS[language])
    rows = [f"| {_keys(action)} | {_cell(action.help)} | `{action.id}` |" for action in in_scope(scope)]
    return "\n".join([f"## {text(f'scope.{scope}')}", "", f"| {heads} |", "|---|---|---|", *rows])


def _keys(action: Action) -> str:
    return " ".join(f"<kbd>{_cell(show_key(key))}</kbd>" for key in action.keys)


def _cell(words: str) -> str:
    return words.replace("|", "\\|").replace("<", "&lt;")


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8", newline="\n")
