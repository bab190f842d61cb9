"""HTML for Anki fields: markdown arrives whole, and nothing in it is taken for a command."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flashcards.text.blocks import Code, InlineCode, Math, MathBlock, Paragraph, Text, parse
from flashcards.text.html import to_html
from flashcards.text.sanitize import SafeText, sanitize


def html(markdown: str, *, cloze: bool = False) -> str:
    return to_html(parse(markdown), image={"fig.png": "fig-1.png"}.get, cloze=cloze)


class Tags(HTMLParser):
    """Which tags and attributes a browser would see, and the text between them."""

    def __init__(self, source: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += data


def test_angle_brackets_in_prose_and_code_are_text() -> None:
    assert html("a `vector<int>` and x < y") == "<p>a <code>vector&lt;int&gt;</code> and x &lt; y</p>"


@pytest.mark.parametrize(
    "command", ["[sound:x.mp3]", "[latex]x[/latex]", "[$]x[/$]", "[anki:tts lang=zh]x[/anki:tts]"]
)
@pytest.mark.parametrize(
    "place", ["{}", "`{}`", "```\n{}\n```", "```python\n{}\n```", "| a |\n|---|\n| {} |", "$${}$$"]
)
def test_no_command_of_anki_survives_anywhere(command: str, place: str) -> None:
    assert "[" not in html(place.format(command)).replace(r"\[", "")


def test_maths_keeps_its_source_between_mathjax_marks() -> None:
    source = r"\hat{y}_i < a'_{*} \\ b"
    spans = Paragraph((Math(SafeText(source)),))
    assert unescape(to_html([spans])) == rf"<p>\({source}\)</p>"
    assert unescape(to_html([MathBlock(SafeText(source))])) == rf'<div class="fc-maths">\[{source}\]</div>'


def test_dollar_maths_becomes_mathjax_and_prices_do_not() -> None:
    assert r"\(x_1\)" in html("let $x_1$ be")
    assert "\\(" not in html("it costs 5$ or 6$")


@pytest.mark.parametrize("delimiter", [r"\(", r"\["])
def test_a_literal_maths_delimiter_never_stands_whole_in_the_html(delimiter: str) -> None:
    literal = SafeText(f"write {delimiter} here")
    out = to_html([Paragraph((Text(literal), InlineCode(literal)))])
    assert delimiter not in out
    assert Tags(out).text == literal * 2


@pytest.mark.parametrize("language", ["", "python", "cpp", "no-such-language"])
def test_code_keeps_every_character(language: str) -> None:
    source = SafeText('\n\n  def f(x: list[int]) -> str:\n      return f"{{x}}" # <&> $PID \\(a\\)\n  ')
    assert Tags(to_html([Code(SafeText(language), source)])).text == source


def test_code_is_coloured_by_class() -> None:
    out = html("```python\nfor i in range(3):  # three\n    print('x', 1.5)\n```")
    assert '<span class="k">for</span>' in out
    assert '<span class="c"># three</span>' in out
    assert '<span class="m">1.5</span>' in out


def test_tables_keep_rows_alignment_and_marks() -> None:
    out = html("| 方法 | n |\n|---|--:|\n| **LoRA** | `r` |")
    assert '<th style="text-align: right">n</th>' in out
    assert '<tr><td><strong>LoRA</strong></td><td style="text-align: right"><code>r</code></td></tr>' in out


def test_nested_lists_stay_nested_and_numbered() -> None:
    out = html("3. outer\n   - inner\n4. next").replace("\n", "")
    assert out == '<ol start="3"><li>outer<ul><li>inner</li></ul></li><li>next</li></ol>'


def test_tasks_show_their_state() -> None:
    assert re.findall("[☑☐] \\w+", html("- [x] done\n- [ ] open")) == ["☑ done", "☐ open"]


def test_details_and_footnotes_are_kept() -> None:
    out = html("<details><summary>更多</summary>\n\nhidden\n\n</details>\n\nsaid[^1]\n\n[^1]: by whom")
    assert "<details><summary>更多</summary><p>hidden</p></details>" in out
    assert "said<sup>" in out
    assert "by whom" in out


def test_a_known_picture_is_shown_and_a_missing_one_is_named() -> None:
    assert '<img src="fig-1.png" alt="a &quot;loss&quot;">' in html('![a "loss"](fig.png)')
    assert "curve (gone.png)" in html("see ![curve](gone.png)")


def test_without_a_resolver_pictures_are_text() -> None:
    assert "<img" not in to_html(parse("![a](fig.png)"))


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "file:///etc/passwd", "notes/other.md", "data:text/html,x"]
)
def test_only_web_addresses_are_links(url: str) -> None:
    assert "<a " not in html(f"[words]({url})")
    assert '<a href="https://example.org/?a=1&amp;b=2">' in html("[words](https://example.org/?a=1&b=2)")


def test_double_braces_are_text_in_a_cloze_field() -> None:
    out = html("`{{x}}` and {{y}}\n\n$\\frac{{a}}{b_{c}}$\n\n```\nstd::map{{1, {2}}}\n```", cloze=True)
    assert "{{" not in out
    assert "}}" not in out
    assert "::" not in out
    assert r"\(\frac{ {a} }{b_{c} }\)" in out
    assert {"{{x}}", "{{y}}", "std::map{{1, {2}}}"} <= set(re.findall(r"\{\{\w\}\}|std.*\}", Tags(out).text))


def test_double_braces_are_left_alone_in_a_plain_field() -> None:
    assert html("`{{x}}`") == "<p><code>{{x}}</code></p>"


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet=sorted("<>&\"'[]{}()\\$`*_|#-! \n:/ax一")))
def test_no_text_makes_a_tag_or_an_attribute_of_its_own(markdown: str) -> None:
    seen = Tags(html(markdown))
    known = "p br em strong s mark sup sub code pre span div ul ol li blockquote table thead tbody tr th td hr a img"
    assert set(seen.tags) <= {*known.split(), "details", "summary", *(f"h{level}" for level in range(1, 7))}
    assert seen.attributes <= {"class", "style", "start", "src", "alt", "href"}


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80))
def test_code_of_any_kind_comes_back_whole(text: str) -> None:
    source = sanitize(text)
    assert Tags(to_html([Code(SafeText("python"), source)])).text == source
