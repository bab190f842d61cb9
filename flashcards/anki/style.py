"""The CSS of our note types: readable on a phone, in light and night mode, in Chinese and English.

Hand-written and kept with the note types, so that another version of the highlighter cannot change it.
Changing it means moving ``note_types.REVISED_AT``.
"""

from __future__ import annotations

CSS = """.card {
  --ink: #1b1f24; --paper: #ffffff; --soft: #57606a; --line: #d0d7de; --shade: #f3f5f7; --accent: #0b62c4;
  --keyword: #a4133c; --string: #0a5c36; --number: #8a4b00; --comment: #66707b; --name: #5b2aa8;
  font-family: -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "PingFang SC", "Hiragino Sans GB",
    "Noto Sans CJK SC", "Noto Sans SC", "Source Han Sans SC", "Microsoft YaHei", sans-serif;
  font-size: 18px; line-height: 1.6; text-align: left; color: var(--ink); background: var(--paper);
  max-width: 46em; margin: 0 auto; padding: 0.5em 0.8em; overflow-wrap: break-word;
}
.card.nightMode, .nightMode .card, .card.night_mode, .night_mode .card {
  --ink: #e4e8ec; --paper: #16191d; --soft: #a3adb8; --line: #3b434c; --shade: #22272d; --accent: #7ab7ff;
  --keyword: #ff9db5; --string: #8fdcae; --number: #f3bf7d; --comment: #98a3ae; --name: #cdb3ff;
}
.fc-question { font-size: 1.15em; font-weight: 600; }
.fc-question p, .fc-answer p { margin: 0.5em 0; }
.fc-context {
  color: var(--soft); border-left: 3px solid var(--line); padding-left: 0.7em; margin-bottom: 0.8em;
}
.fc-points, .fc-remarks, .fc-spare, .fc-demo { margin-top: 1em; }
.fc-points summary, details summary { cursor: pointer; color: var(--accent); }
.fc-remarks, .fc-spare { color: var(--soft); border-top: 1px dashed var(--line); padding-top: 0.5em; }
.fc-source { margin-top: 1.2em; font-size: 0.75em; color: var(--soft); }
hr { border: 0; border-top: 1px solid var(--line); margin: 1em 0; }
a { color: var(--accent); }
img { max-width: 100%; height: auto; }
blockquote { margin: 0.6em 0; padding-left: 0.8em; border-left: 3px solid var(--line); color: var(--soft); }
ul, ol { padding-left: 1.5em; margin: 0.4em 0; }
code, pre {
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Noto Sans Mono CJK SC", monospace;
}
code { font-size: 0.9em; background: var(--shade); border-radius: 4px; padding: 0.1em 0.3em; }
pre { background: var(--shade); border-radius: 6px; padding: 0.7em; overflow-x: auto; line-height: 1.45; }
pre code { background: none; padding: 0; font-size: 0.85em; white-space: pre; overflow-wrap: normal; }
.fc-table { overflow-x: auto; }
table { border-collapse: collapse; margin: 0.6em 0; }
th, td { border: 1px solid var(--line); padding: 0.3em 0.6em; vertical-align: top; }
th { background: var(--shade); }
mark { color: inherit; background: none; border-bottom: 2px solid var(--accent); }
h1, h2, h3, h4, h5, h6 { font-size: 1.05em; margin: 0.9em 0 0.3em; }
.fc-footnote p { display: inline; }
.fc-missing, .fc-footnote { color: var(--soft); font-size: 0.9em; }
.fc-maths { overflow-x: auto; }
.cloze { font-weight: 700; color: var(--accent); }
pre .k { color: var(--keyword); }
pre .s { color: var(--string); }
pre .m { color: var(--number); }
pre .c { color: var(--comment); font-style: italic; }
pre .n { color: var(--name); }
"""
