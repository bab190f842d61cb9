"""The help of the commands in Chinese: the English text as it stands in the code, and its translation.

A test walks the commands and asks for an entry for every text of help in them.
"""

from __future__ import annotations

from typing import Final

_PAGE: Final = {
    "Usage: ": "用法：",
    ":": "：",
    "Options": "选项",
    "Commands": "命令",
    "OPTIONS": "选项",
    "COMMAND": "命令",
    "ARGS": "参数",
    "required": "必填",
    "Show the version and exit.": "显示版本号。",
    "Show this message and exit.": "显示这份帮助。",
}
_USAGE: Final = {
    "Missing argument {name}.": "缺少参数 {name}。",
    "Missing option {name}.": "缺少选项 {name}。",
    "Missing command.": "缺少命令。",
    "No such option {name}.": "没有选项 {name}。",
    "No such command {name}.": "没有命令 {name}。",
    "Option {name} requires an argument.": "选项 {name} 需要一个值。",
    "Option {name} does not take a value.": "选项 {name} 不带值。",
    "Got unexpected extra arguments ({name})": "多余的参数（{name}）",
    "Invalid value for {name}: {given} is not one of {choices}.": "{name} 不能是 {given}，只能是 {choices} 之一。",
    "Invalid value for {name}: {given} is not in the range {range}.": "{name} 不能是 {given}，应满足 {range}。",
    "Invalid value for {name}: {given} is not a valid {kind}.": "{name} 不能是 {given}，应为 {kind}。",
    "Invalid value for {name}: {reason}": "{name} 无效：{reason}",
}
_COMMANDS: Final = {
    "LLM interview flashcards in which every card can be run.\n\n"
    "Without a command: the app.  `flashcards add DIR` reads your notes, `flashcards demo lora` runs a demo.": (
        "大模型面试闪卡，每张卡片都能运行。\n\n"
        "不带命令：打开程序。`flashcards add 目录` 读入笔记，`flashcards demo lora` 运行一个演示。"
    ),
    "Ask what is due: all of it, one DECK, or the cards a QUERY finds (see `flashcards list --help`).": (
        "考到期的卡片：全部、一个卡组，或 QUERY 找到的卡片（写法见 `flashcards list --help`）。"
    ),
    "Take back the last answer, whenever it was given.": "撤销上一个回答，不论何时答的。",
    "Run a demo: a small program that proves what a card says.\n\n"
    "Without a name it lists them.  'flashcards demo NAME --help' shows a demo's own parameters.\n"
    "'flashcards demo new NAME' begins one of your own.\n\n"
    "Exits 0 if all claims hold, 1 if one does not, 2 for wrong parameters, 3 if a library is missing and there\n"
    "is nothing to show (without --json a recording is shown, which exits 0), 4 out of memory, 5 over time,\n"
    "130 cancelled.": (
        "运行演示：证明卡片所说的小程序。\n\n"
        "不带名称则列出全部。“flashcards demo 名称 --help”显示该演示的参数。"
        "“flashcards demo new 名称”新建自己的演示。\n\n"
        "退出码：0 论断全部成立，1 有论断不成立，2 参数有误，3 缺少库且没有可显示的内容（不带 --json 时改为显示录制，"
        "退出码 0），4 内存不足，5 超时，130 已取消。"
    ),
    "Add notes: files, or folders read with all below them.  Adding again reads what changed.": (
        "添加笔记：文件，或文件夹及其下的全部笔记。再次添加则读入改动。"
    ),
    "Take a SOURCE (a path given to add) out.  Its cards are archived, their history is kept.": (
        "移除一个来源（add 时给出的路径）。它的卡片归档，历史保留。"
    ),
    "Show how files are read, without keeping anything.\n\n"
    "Decks in our own format are checked through and through (docs/decks.md); exit code 1 where one has errors.": (
        "查看文件会怎样读，不保存任何东西。\n\n自家格式的卡组会彻底检查（见 docs/decks.md）；有错误时退出码为 1。"
    ),
    "List the decks and how many of their cards wait.": "列出卡组，以及各有多少张等着。",
    "List the cards a QUERY finds.\n\n"
    "Words are searched in questions and answers; deck:lora tag:peft is:due|new|suspended|unanswered|leech\n"
    "prop:s>30 rated:7 demo:rope narrow it, a minus before a term excludes.": (
        "列出 QUERY 找到的卡片。\n\n"
        "文字在问题和答案中查找；用 deck:lora tag:peft is:due|new|suspended|unanswered|leech "
        "prop:s>30 rated:7 demo:rope 缩小范围，前面加减号表示排除。"
    ),
    "Show one card with its schedule, place and demos.": "显示一张卡片，连同进度、出处和演示。",
    "Say what is to be done today.": "今天要学多少。",
    "Set what you decide about cards; a rescan of the notes never changes it.": (
        "设定卡片的状态，重读笔记不会改动它。"
    ),
    "Say that two cards are one.\n\n"
    "Of two cards of your notes the first keeps its history and takes the second's text and place.  A card of\n"
    "your notes and one of ours become twins: they have one schedule, and a question without an answer shows "
    "ours.": (
        "说明两张卡片问的是同一件事。\n\n"
        "两张都来自笔记时，第一张保留历史，用第二张的文字和出处。一张来自笔记、一张来自内置卡组时，"
        "两张成为同题卡片：共用日程，没有答案的问题显示内置答案。"
    ),
    "Take a card of your notes and its twin apart.": "拆开笔记里的卡片与它的同题卡片。",
    "Numbers about what was learnt.\n\n"
    "Retention is the share of Hard or better among the first answers of a day to cards that had rested.": (
        "学习统计。\n\n“记得的比例”：隔天再答的卡片，当天第一次回答评为“吃力”及以上的比例。"
    ),
    "Write your own answer to a card.\n\n"
    "It is kept as plain text in the answers folder (see flashcards paths), stands above what the notes say,\n"
    "and holds until you take it away.": (
        "给卡片写自己的答案。\n\n"
        "答案以纯文本存在 answers 文件夹（见 flashcards paths），优先于笔记里的，去掉之前一直有效。"
    ),
    "Write cards to a file for another program.": "把卡片写成别的程序用的文件。",
    "Write an Anki package of all cards, of a DECK, of note files (PATH), or of what a QUERY finds.": (
        "写成 Anki 卡包：全部卡片、一个卡组、笔记文件（PATH），或 QUERY 找到的卡片。"
    ),
    "Show the settings, one of them, or set it: config new_per_day 30.": (
        "显示全部设置、其中一项，或修改它：config new_per_day 30。"
    ),
    "Show where your data, the settings and our decks and demos lie.": "显示数据、设置、自带卡组和演示的位置。",
}
_OPTIONS: Final = {
    "Data directory (also FLASHCARDS_HOME).": "数据目录（也可用 FLASHCARDS_HOME）。",
    "Show tracebacks.": "显示出错的调用栈。",
    "Print JSON.": "输出 JSON。",
    "Lines of text instead of the app.": "用逐行文本代替程序界面。",
    "Type the answer before it is shown.": "先写下回答，再看答案。",
    "Stop after so many minutes.": "这么多分钟后停止。",
    "At most so many cards.": "最多这么多张。",
    "Go on with cards that are not due yet.": "接着学还没到期的卡片。",
    "Every card found, without touching the schedule.": "找到的全部过一遍，不改动进度。",
    "List the demos.": "列出演示。",
    "Run every demo that comes with the program, and sum up.": "运行自带的全部演示，并给出总结。",
    "Show the recording that is kept of the demo instead of running it.": "显示保存的录制，不运行演示。",
    "Let the demos of this folder run, as they are now.": "允许这个文件夹里现在这些演示运行。",
    "Let them run no longer.": "不再允许它们运行。",
    "Measure this machine's GPU; prints a page of markdown (docs/gpu.md).": (
        "测量本机的显卡；输出一页 markdown（docs/gpu.md）。"
    ),
    "Sizes: tiny for a check, default, or gpu (taken by itself on CUDA).": (
        "规模：tiny 用于检查，default 为默认，gpu 用于显卡（有 CUDA 时自动采用）。"
    ),
    "Where to compute.": "在哪里计算。",
    "Seed of all random numbers.": "全部随机数的种子。",
    "Seconds until the run is stopped (default 300).": "多少秒后停止（默认 300）。",
    "Guess the numbers before you see them.": "先猜数值，再看结果。",
    "Build the usual mistake in; exits 1 when claims break.": "带着常见错误运行；有论断不成立时退出码为 1。",
    "Show the demo's source instead of running it.": "显示演示的源码，不运行。",
    "One event a line.": "每行一个事件（JSON）。",
    "Read the files as this dialect instead of detecting it.": "按这种笔记格式读，不自动识别。",
    "Archive even where much of a source is no longer there.": "即使来源里很多卡片不见了，也照样归档。",
    "Also show what is in no card, and why.": "也显示不在卡片里的内容及原因。",
    "Take out of every quiz, or back in.": "不再出题，或恢复出题。",
    "Mark for yourself.": "给自己做个标记。",
    "Let rest until tomorrow.": "推迟到明天。",
    "Take a statement or topic into the quiz, or out.": "把陈述或主题纳入出题，或移出。",
    "Add a tag.": "加一个标签。",
    "Take away a tag that you added.": "去掉自己加的标签。",
    "Weight of the cards; 1 is usual.": "卡片的权重，平常为 1。",
    "Today, the last 30 days, 13 weeks, 365 days, or all.": "今天、最近 30 天、13 周、365 天，或全部。",
    "Only these cards: a deck, or any query.": "只算这些卡片：一个卡组，或任何查询。",
    "The answer itself (markdown); without it your editor opens, or stdin is read.": (
        "答案本身（markdown）；不给则打开编辑器，或读标准输入。"
    ),
    "For a card in both languages.": "用于有两种语言的卡片。",
    "Take your answer away; the notes' own shows again.": "去掉你的答案，重新显示笔记里的。",
    "The .apkg file to write.": "要写的 .apkg 文件。",
    "For cards in both.": "用于有两种语言的卡片。",
    "Also cards without an answer, tagged.": "也包括没有答案的卡片，并加标签。",
}

SAID: Final = {**_PAGE, **_USAGE, **_COMMANDS, **_OPTIONS}
