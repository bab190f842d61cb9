"""The charts draw what they are told, at any width, in both languages, and need no colour."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from flashcards import locale
from flashcards.text.cells import cell_width
from flashcards.text.lines import Line, line_text
from flashcards.tui.widgets.bar_chart import Bar, bar_lines, bar_rows, column_lines
from flashcards.tui.widgets.calendar import calendar_legend, calendar_lines
from flashcards.tui.widgets.heat_map import heat_lines
from flashcards.tui.widgets.plot import curve_lines

TODAY = date(2030, 5, 9)
"""A Thursday."""
YEAR = {TODAY - timedelta(days=ago): ago % 5 for ago in range(360)}


def texts(lines: list[Line] | tuple[Line, ...]) -> list[str]:
    return [line_text(row) for row in lines]


def test_a_lying_bar_is_as_long_as_its_part_of_the_longest() -> None:
    rows = texts(bar_rows([Bar("left", 8, "8"), Bar("right", 4, "4"), Bar("none", 0, "0")], 41))
    lengths = [row.count("█") for row in rows]
    assert lengths[0] == 2 * lengths[1] and lengths[2] == 0
    assert all(row.rstrip().endswith(figure) for row, figure in zip(rows, "840", strict=True))


def test_bars_with_long_and_short_numbers_keep_one_scale() -> None:
    rows = texts(bar_rows([Bar("a", 10, "10 of 10 000 000"), Bar("b", 10, "1")], 50))
    assert rows[0].count("█") == rows[1].count("█")


def test_a_share_is_measured_against_the_whole_it_is_given() -> None:
    half, whole = (texts(bar_rows([Bar("", share, "")], 43, most=1.0))[0].count("█") for share in (0.5, 1.0))
    assert half == whole / 2


def test_a_few_are_still_seen_beside_very_many() -> None:
    assert "▏" in texts(bar_rows([Bar("many", 1e6, ""), Bar("few", 1, "")], 30))[1]
    assert "▁" in "".join(texts(column_lines([1_000_000, 1], ["", ""], 30)))


def test_series_over_the_same_labels_stand_under_their_names() -> None:
    rows = texts(bar_lines(["甲", "乙"], {"宽": [1, 2], "高": [3, 4]}, 30))
    assert [row.strip() for row in rows if "█" not in row and "▏" not in row] == ["宽", "高"]


def test_columns_stand_over_an_axis_with_the_greatest_at_the_top() -> None:
    rows = texts(column_lines([1, 3, 2], ["a", "b", "c"], 30, height=3))
    assert rows[0].startswith("3 │") and rows[3].startswith("0 └")
    assert [row.count("█") for row in rows[:3]] == [5, 10, 15]
    assert rows[4].split() == ["a", "b", "c"]


def test_more_columns_than_cells_are_summed_and_none_is_lost() -> None:
    rows = texts(column_lines([1] * 365, [str(n) for n in range(365)], 40, height=4))
    assert max(map(cell_width, rows)) <= 40
    assert rows[0].startswith("11 ") and rows[3].endswith("█" * 33 + "▆")  # 365 = 33 · 11 + 2


def test_labels_under_the_axis_do_not_run_into_each_other() -> None:
    locale.set_language("zh")
    names = [f"{month}月{day}日" for month in (1, 2) for day in range(1, 16)]
    labels = texts(column_lines([1] * 30, names, 40))[-1]
    assert len(labels.split("  ")) >= 2 and all(name in names for name in labels.split())


def test_the_ends_of_a_curve_are_named_as_told() -> None:
    rows = texts(curve_lines([1, 50, 100], {"s": [1.0, 2.0, 3.0]}, 40, height=4, ends=("May 1", "May 9")))
    assert rows[-1].strip().startswith("May 1 ") and rows[-1].endswith(" May 9")


def test_two_curves_are_told_apart_without_colour() -> None:
    rows = "".join(texts(curve_lines([1, 2], {"up": [0.0, 1.0], "down": [1.0, 0.0]}, 40, shades=True)))
    assert "•" in rows and "×" in rows and "up" in rows and "down" in rows


def test_a_heat_map_without_colour_grows_darker_with_the_value() -> None:
    row, legend = texts(heat_lines([[0.0, 3.5, 7.0]], 30, shades=True))
    assert row[0] == " " and row[2] in "░▒" and row[4] == "█" and legend.strip().endswith("7")


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("width", [20, 36, 56, 80, 200])
def test_no_chart_is_wider_than_it_was_told(width: int, language) -> None:  # type: ignore[no-untyped-def]
    locale.set_language(language)
    rng = random.Random(width)
    values = [float(rng.randint(0, 5000)) for _ in range(30)]
    names = [f"标签{n}" for n in range(30)]
    charts = (
        bar_rows([Bar(n, v, f"{v:.0f}") for n, v in zip(names, values, strict=True)], width),
        column_lines(values, names, width),
        curve_lines(names, {"价格": values, "price": values[::-1]}, width),
        calendar_lines(YEAR, TODAY, width),
    )
    for chart in charts:
        assert max(cell_width(row) for row in texts(list(chart))) <= width


# The calendar


@pytest.mark.parametrize("shades", [True, False])
def test_a_day_without_answers_is_another_mark_than_one_with(shades: bool) -> None:
    counts = {TODAY - timedelta(days=1): 9}
    rows = "".join(texts(list(calendar_lines(counts, TODAY, 60, shades=shades))))
    assert rows.count("█" if shades else "■") == 1 and rows.count("·") > 100


def test_without_colour_more_answers_are_a_darker_shade() -> None:
    counts = {TODAY - timedelta(days=ago): n for ago, n in enumerate((40, 30, 20, 1))}
    rows = texts(list(calendar_lines(counts, TODAY, 20, shades=True)))
    assert [row[-2] for row in rows[1:5]] == ["░", "▒", "▓", "█"]


@pytest.mark.parametrize("width", [7, 20, 200])
def test_today_stands_in_brackets_and_no_other_day_does(width: int) -> None:
    rows = texts(list(calendar_lines({TODAY: 3}, TODAY, width)))
    assert "".join(rows).count("[") == 1 and rows[4].endswith("[■]")


def test_the_legend_names_none_and_the_most() -> None:
    legend = line_text(calendar_legend({TODAY: 1234}, shades=True))
    assert legend.startswith("0 ·") and legend.endswith("█ 1,234")
