"""What the rooms say, in Chinese: the English template as it stands in the code, and its translation.

A test reads the code and asks for an entry, with the same placeholders, for every template in it.
"""

from __future__ import annotations

from typing import Final

from flashcards.locale import zh_decks

_READING: Final = {
    "{path}: this is a folder; name a file in it": "{path}：这是文件夹，请指定其中的文件",
    "{path}: {size} MB is too large for notes (limit {limit} MB)": (
        "{path}：{size} MB，作为笔记太大（上限 {limit} MB）"
    ),
    "{path}: there is no such file": "{path}：没有这个文件",
    "{path}: cannot be read ({reason})": "{path}：无法读取（{reason}）",
    "{path}: cannot be read ({reason}).": "{path}：无法读取（{reason}）。",
    "{path}: this is a binary file, not text": "{path}：这是二进制文件，不是文本",
    "{path}: neither UTF-8, UTF-16 nor GB18030 text; save it as UTF-8": (
        "{path}：不是 UTF-8、UTF-16 或 GB18030 文本，请另存为 UTF-8"
    ),
    "there is no dialect {name!r}; known: {known}": "没有叫 {name!r} 的笔记格式，可用：{known}",
    "this code fence never closes; {what}. Close it with ``` or pass --dialect": (
        "代码块没有结束，{what}。请用 ``` 结束它，或用 --dialect 指定格式"
    ),
    "the card “{question}” may swallow what follows": "卡片“{question}”可能吞掉后面的内容",
    "text may be swallowed": "后面的内容可能被吞掉",
    "the file is empty": "文件是空的",
    "no questions found; {hint}": "没有找到问题；{hint}",
    "try another --dialect": "请换一个 --dialect",
    "pass --dialect NAME if the questions are marked in some other way": (
        "问题若用别的方式标记，请用 --dialect NAME 指定格式"
    ),
}
_DECKS: Final = {
    "the front matter is not valid: {reason}": "文件头无效：{reason}",
    "language {language!r} is neither zh nor en": "language 是 {language!r}，只能是 zh 或 en",
    "this deck has no front matter; add `---`, `id: …`, `title: …`, `---` at the top": (
        "卡组没有文件头，请在开头加上 `---`、`id: …`、`title: …`、`---`"
    ),
    "a card without a question; write it after the ##": "卡片没有问题，请写在 ## 后面",
    "this comment never ends; close it with -->": "注释没有结束，请用 --> 结束它",
    "the metadata of “{question}” is not valid: {reason}; quote , : [ ] {{ }}": (
        "“{question}”的元数据无效：{reason}；含有 , : [ ] {{ }} 的文字要加引号"
    ),
    "“{question}” has no id; add <!-- id: … --> below it": "“{question}”没有 id，请在下一行加上 <!-- id: … -->",
    "id {card_id} is taken by the card on line {first}; ids are unique": (
        "id {card_id} 已被第 {first} 行的卡片占用，id 不能重复"
    ),
    "{key} must be one text": "{key} 须是一段文字",
    "{key} must be a list of texts": "{key} 须是一列文字",
    "{key}: {value} is not one of {allowed}": "{key}：{value} 无效，可用：{allowed}",
    "{key} must be a number": "{key} 须是数",
    "difficulty must be a whole number from 1 to 5": "difficulty 须是 1 到 5 的整数",
    "{key} must be true or false": "{key} 须是 true 或 false",
    "demo must be a name, {name: {parameter: value}}, or a list of these": (
        "demo 须是名称、{name: {parameter: value}}，或由它们组成的列表"
    ),
    "not YAML": "不是 YAML",
    "not YAML ({kind})": "不是 YAML（{kind}）",
    "expected `key: value` pairs": "应为 `键: 值`",
    "too many or too deeply nested values": "值太多或嵌套太深",
}
_LEFT_OUT: Final = {
    "text above the first card": "第一张卡片之前的文字",
    "a card without a question": "没有问题的卡片",
    "metadata that is not valid": "无效的元数据",
    "text above the first question": "第一个问题之前的文字",
    "text between cards": "卡片之间的文字",
    "a bullet that asks nothing, below no question": "不是问题、也不属于任何问题的条目",
    "text between questions": "问题之间的文字",
    "a folded block without a summary": "没有标题的折叠块",
    "text of a section, above its first question": "小节里第一个问题之前的文字",
    "text above the first heading": "第一个标题之前的文字",
    "a heading without words": "没有文字的标题",
    "a badge": "徽章",
    "introduction below the title": "标题下的引言",
    "text outside any question": "不属于任何问题的文字",
    "a statement without a card": "没有卡片可依附的陈述",
    "a question mark without a question": "只有问号，没有问题",
    "text outside any bullet": "不在列表里的文字",
    "a heading or label without questions": "下面没有问题的标题",
}
_KEEPING: Final = {
    "{folder}: cannot create the data directory ({reason}). Choose another with --home DIR or FLASHCARDS_HOME.": (
        "{folder}：无法创建数据目录（{reason}）。请用 --home DIR 或 FLASHCARDS_HOME 换一个。"
    ),
    "{path}: written by a newer version of flashcards (schema {version}, this one knows {ours}). Upgrade with "
    "pip install -U flashcards; nothing was changed.": (
        "{path}：由更新版本的 flashcards 写成（结构版本 {version}，本程序只认识 {ours}）。"
        "请用 pip install -U flashcards 升级；没有任何改动。"
    ),
    "{path}: cannot be written ({reason}). Check its permissions, or choose another data directory with "
    "--home DIR or FLASHCARDS_HOME.": (
        "{path}：无法写入（{reason}）。请检查权限，或用 --home DIR 或 FLASHCARDS_HOME 换一个数据目录。"
    ),
    "{path}: the disk is full. Free some space; answers up to the last “saved” are kept.": (
        "{path}：磁盘已满，请腾出空间；最后一次显示“已保存”之前的回答都在。"
    ),
    "{path}: another process has held the database for too long. Close it and try again.": (
        "{path}：数据库被另一个进程占用太久，请关闭它再试。"
    ),
    "{path}: damaged, or not a flashcards database ({reason}). Put a backup in its place.": (
        "{path}：已损坏，或不是 flashcards 的数据库（{reason}）。请换上备份。"
    ),
    "{path}: {reason}.": "{path}：{reason}。",
    "is:{value}: unknown state. Known: {known}.": "is:{value}：没有这种状态，可用：{known}。",
    "prop:{value}: write it like prop:s>30. Known: {known}.": "prop:{value}：应写成 prop:s>30 这样，可用：{known}。",
    "{key}:{value}: a whole number of days is needed, such as {key}:7.": (
        "{key}:{value}：需要整数天数，例如 {key}:7。"
    ),
}
_STUDYING: Final = {
    "{path}: {lost} of {total} cards are no longer there. Nothing was changed. If they moved, add their new "
    "place; if they are to be archived (their history is kept), run flashcards add again with --yes.": (
        "{path}：{total} 张卡片中有 {lost} 张不见了，没有任何改动。若是换了位置，请添加新位置；"
        "若要归档（历史会保留），请加上 --yes 再运行 flashcards add。"
    ),
    "{file}:{line}: the id {card_id} is already another card's; this one was left out. Give it an id of its own.": (
        "{file}:{line}：id {card_id} 已属于另一张卡片，这张未收入。请给它另取一个 id。"
    ),
    "{path}: no such source. Sources: {known}.": "{path}：没有这个来源。现有来源：{known}。",
    "{path}: there is no such file or folder.": "{path}：没有这个文件或文件夹。",
    "{folder}: what you wrote inside the app is read by itself; name your notes.": (
        "{folder}：在程序里写的答案会自动读入，请指定你的笔记。"
    ),
    "{duplicate}: has answers of its own, which are never moved. Name the card with the longer history first: "
    "flashcards merge {duplicate} {kept}.": (
        "{duplicate}：它有自己的答题记录，记录从不搬动。请把记录更长的写在前面：flashcards merge {duplicate} {kept}。"
    ),
    "{kept}: a card cannot be merged with itself.": "{kept}：不能与自己合并。",
    "{card_id} and {twin_id}: twins are a card of your notes and one of ours.": (
        "{card_id} 与 {twin_id}：同题卡片须一张来自笔记、一张来自内置卡组。"
    ),
    "{card_id} and {twin_id}: are no twins.": "{card_id} 与 {twin_id}：不是同题卡片。",
    "{card_id}: is linked to no card of ours.": "{card_id}：没有关联任何内置卡片。",
    "{card_id}: no card has this id. flashcards list shows them all.": (
        "{card_id}：没有这个编号的卡片，flashcards list 列出全部。"
    ),
    "{choice}: no cards found. flashcards list shows what there is.": (
        "{choice}：没有找到卡片，flashcards list 列出全部。"
    ),
    "{path}: the answer was not read back.": "{path}：答案写入后没能读回。",
    "{card_id}: you wrote no answer to this card. flashcards list is:written shows which.": (
        "{card_id}：你没有给这张卡片写过答案，flashcards list is:written 列出写过的。"
    ),
    "the answer has {length:,} characters; {limit:,} are kept at most. Shorten it.": (
        "答案有 {length:,} 个字符，最多 {limit:,} 个，请缩短。"
    ),
    "the answer is empty; nothing was changed. flashcards answer ID --remove takes one away.": (
        "答案是空的，没有任何改动。要去掉答案，请用 flashcards answer ID --remove。"
    ),
    "{path}: the answer cannot be written ({reason}); nothing was changed.": (
        "{path}：无法写入答案（{reason}），没有任何改动。"
    ),
    "{error}. Mend or move the file; nothing was changed.": "{error}。请修好或移走文件；没有任何改动。",
    "{path}:{line}: this part of the file is no answer to a card and would be lost. Mend or move it; nothing was "
    "changed.": "{path}:{line}：文件的这一部分不是卡片的答案，写入会丢失它。请修好或移走；没有任何改动。",
    "{file}:{line}: {other} answers {card_id} already; this one was left out. Keep one of them.": (
        "{file}:{line}：{other} 已有 {card_id} 的答案，这个未收入。请只留一个。"
    ),
    "{file}:{line}: no card has the id {card_id}; the answer waits for it.": (
        "{file}:{line}：没有编号为 {card_id} 的卡片，答案先留着等它。"
    ),
    "A card is graded after its answer was shown.": "先看答案，再评分。",
    "The session is over.": "这一轮已经结束。",
    "{where}: unknown setting {key!r}. Known: {known}.": "{where}：没有设置 {key!r}，可用：{known}。",
    "{where}: {key} needs entries of {wanted}, such as [{section}].": (
        "{where}：{key} 是一张表，值须是 {wanted}，写法如 [{section}]。"
    ),
    "{where}: {key} = {value!r}: {wanted} needed.": "{where}：{key} = {value!r}：应为 {wanted}。",
    "{where}: {key} = {value!r}: one of {choices}.": "{where}：{key} = {value!r}：只能是 {choices} 之一。",
    "{where}: {key} = {value}: {low} to {high} needed.": "{where}：{key} = {value}：应在 {low} 到 {high} 之间。",
    "{path}: not valid TOML ({error}). Mend or remove the file.": (
        "{path}：不是有效的 TOML（{error}）。请修好或删除这个文件。"
    ),
    "{path}: cannot be written ({reason}).": "{path}：无法写入（{reason}）。",
    "none": "无",
}
_CONCEPTS: Final = {
    '{glossary}: "{name}" names both {first} and {second}; keep it in one of them.': (
        "{glossary}：“{name}”同时指 {first} 和 {second}，请只留一处。"
    ),
    "{file}:{line}: {reason}; write id: {{zh: [...], en: [...]}}.": (
        "{file}:{line}：{reason}；应写成 id: {{zh: [...], en: [...]}}。"
    ),
    "{file}: expected one concept a line, id: {{zh: [...], en: [...]}}.": (
        "{file}：应为每行一个概念，id: {{zh: [...], en: [...]}}。"
    ),
    "{file}: {concept_id}: zh, en and demos must be lists of text.": (
        "{file}：{concept_id}：zh、en 和 demos 须是一列文字。"
    ),
    "{file}: {concept_id}: unknown key {key}; known are zh, en and demos.": (
        "{file}：{concept_id}：没有 {key} 这一项，可用 zh、en 和 demos。"
    ),
}
_ANKI: Final = {
    "{target}: Anki opens a package by its ending; name it {name}": (
        "{target}：Anki 靠扩展名识别卡包，请命名为 {name}"
    ),
    "{place}: {reason}; no package was written": "{place}：{reason}；没有写出卡包",
}
_LAB: Final = {
    "no demo is called {name!r}.{suggestion} 'flashcards demo --list' shows all.": (
        "没有叫 {name!r} 的演示。{suggestion}“flashcards demo --list”列出全部。"
    ),
    " Did you mean {names}?": "是不是 {names}？",
    "{one} or {other}": "{one} 或 {other}",
    "{file}:{line}: not valid Python: {reason}.": "{file}:{line}：不是有效的 Python：{reason}。",
    "{file}: cannot be read: {error}.": "{file}：无法读取：{error}。",
    "{file}: the weights of {name} are missing. Install flashcards again, or train them: "
    "python demos/weights/train.py.": (
        "{file}：缺少 {name} 的权重。请重新安装 flashcards，或自己训练：python demos/weights/train.py。"
    ),
    "{file}: not the weights of {name} (SHA-256 {found}…, expected {expected}…). Install flashcards again.": (
        "{file}：不是 {name} 的权重（SHA-256 为 {found}…，应为 {expected}…）。请重新安装 flashcards。"
    ),
    "{file}: not a safetensors file: {error}.": "{file}：不是 safetensors 文件：{error}。",
    "{file}:1: a demo opens with a docstring that says what it proves.": (
        "{file}:1：演示要以文档字符串开头，说明它证明什么。"
    ),
    "{file}:{line}: DEMO wants zh, en, topic and a tier of {tiers}.": (
        "{file}:{line}：DEMO 需要 zh、en、topic 和 tier（{tiers}）。"
    ),
    "{file}:1: no DEMO = Demo(zh=…, en=…, topic=…, tier=…) in this file.": (
        "{file}:1：文件里没有 DEMO = Demo(zh=…, en=…, topic=…, tier=…)。"
    ),
    "{file}:1: no class Params in this file (an empty one will do).": (
        "{file}:1：文件里没有 Params 类（空的也可以）。"
    ),
    "{place}: parameter {name} wants a type ({types}) and param(…).": (
        "{place}：参数 {name} 需要类型（{types}）和 param(…)。"
    ),
    "{place}: --{name} is an option of every demo; call the parameter something else.": (
        "{place}：--{name} 是所有演示共有的选项，请给参数换个名字。"
    ),
    "{place}: parameter {name}: {error}": "{place}：参数 {name}：{error}",
    "{file}:{line}: expected {function}(…) here.": "{file}:{line}：这里应为 {function}(…)。",
    "{file}:{line}: {function}(…) takes literals only: it is read, never run.": (
        "{file}:{line}：{function}(…) 只能用字面量，因为它只被读取，不会运行。"
    ),
    "--device {device}: {problem}. Use --device auto or cpu.": (
        "--device {device}：{problem}。请用 --device auto 或 cpu。"
    ),
    "this demo computes on the CPU only": "这个演示只在 CPU 上计算",
    "not here": "本机没有",
    "a matrix product came out wrong": "矩阵乘法结果不对",
    "{device} does not work here ({reason})": "{device} 在本机不能用（{reason}）",
    "{one}; {other}": "{one}；{other}",
    "{device} failed ({reason}), so the run starts again on the CPU": (
        "{device} 出错（{reason}），改在 CPU 上重新运行"
    ),
    "not a demo event: {line!r}": "不是演示事件：{line!r}",
    "demo events of version {theirs!r}; this program reads {ours}. Update it.": (
        "演示事件的版本是 {theirs!r}，本程序只认识 {ours}，请升级。"
    ),
    "a broken {kind} event: {error}": "损坏的 {kind} 事件：{error}",
    "{flag} takes {accepts}, not {given!r}.{suggestion}": "{flag} 的取值：{accepts}；不能是 {given!r}。{suggestion}",
    "{accepts}{unit}; default {default}": "{accepts}{unit}；默认 {default}",
    "a whole number, {range}": "整数，{range}",
    "a whole number": "整数",
    "a number": "数",
    "text": "文字",
    "on or off": "on 或 off",
    "{low} to {high}": "{low} 到 {high}",
    "at least {low}": "至少 {low}",
    "at most {high}": "至多 {high}",
    "no parameter {name!r}.{suggestion} Parameters: {have}.": "没有参数 {name!r}。{suggestion}可用参数：{have}。",
    "{given!r} is not a number.": "{given!r} 不是数。",
    "{given!r} is not a number one can measure.": "{given!r} 不是可以测量的数。",
    "{slug}: {message}.": "{slug}：{message}。",
    "{file}: no function run(lab, p) in this file.": "{file}：文件里没有函数 run(lab, p)。",
    "{slug}: out of memory on {device} at {place}.": "{slug}：{device} 内存不足，在 {place}。",
    "Try {flags}.": "试试 {flags}。",
    "Close other programs and try again.": "请关闭其他程序再试。",
    "{slug} needs {what}: not installed, or too old.": "{slug} 需要 {what}：没有安装，或版本太旧。",
    "a library that does not load ({reason})": "一个无法加载的库（{reason}）",
    "Run: {command}": "请运行：{command}",
    "{place}: {kind}: {reason}": "{place}：{kind}：{reason}",
    "{file}: the demo claimed nothing, so it proves nothing.": "{file}：演示没有提出论断，什么也没证明。",
    "{slug}: stopped after {limit}.": "{slug}：已停止，限时 {limit}。",
    "{seconds:g} s": "{seconds:g} 秒",
    "{seconds:g} s of CPU time": "{seconds:g} 秒 CPU 时间",
    "Allow more with {flag}, or try smaller values.": "用 {flag} 多给些时间，或换更小的值。",
    "Try smaller values.": "请换更小的值。",
    "{slug}: the system killed the demo, most likely because memory ran out.": (
        "{slug}：演示被系统终止，多半是内存不足。"
    ),
    "{slug}: its process died ({end}).": "{slug}：进程意外结束（{end}）。",
    "it does not answer": "没有响应",
    "exit code {code}": "退出码 {code}",
}
_DEMOS_OF_OTHERS: Final = {
    "{slug}: a program of {folder}, which you have not trusted. Read it with --source, then "
    "'flashcards demo --trust {folder}'.": (
        "{slug}：{folder} 里的程序，你还没有信任它。请先用 --source 阅读，再“flashcards demo --trust {folder}”。"
    ),
    "{file}: has changed since you trusted it.": "{file}：自你信任以来有变化。",
    "{folder}: there is no such folder.": "{folder}：没有这个文件夹。",
    "{folder}: was not trusted. Trusted: {trusted}.": "{folder}：本来就未受信任。受信任的有：{trusted}。",
    "{path}: cannot be written ({reason}).": "{path}：无法写入（{reason}）。",
    "{folder}: {count} Python files are too many to trust at once; put the demos in a folder of their own.": (
        "{folder}：{count} 个 Python 文件太多，无法一次信任；请把演示放进单独的文件夹。"
    ),
    "{path}: {size} MB is too large for a demo.": "{path}：{size} MB，作为演示太大。",
    "{path}: a demo called {slug} exists already; give the file another name.": (
        "{path}：已经有叫 {slug} 的演示，请给文件换个名字。"
    ),
    "{path}: a demo called {slug} exists already; choose another name.": (
        "{path}：已经有叫 {slug} 的演示，请换个名字。"
    ),
    "{name!r} is no name for a demo: letters a-z, digits and dashes, such as 'label-smoothing'.": (
        "{name!r} 不能作演示名：请用字母 a-z、数字和连字符，如“label-smoothing”。"
    ),
    "{path}: exists already; choose another name.": "{path}：已经存在，请换个名字。",
    "Give the new demo a name: flashcards demo new NAME.": "请给新演示起个名字：flashcards demo new 名称。",
    "{slug}: would take {needed:,.1f} GiB; {free:,.1f} GiB are free on {device}.": (
        "{slug}：需要 {needed:,.1f} GiB；{device} 上空闲 {free:,.1f} GiB。"
    ),
    "{slug}: {error}": "{slug}：{error}",
    "{slug}: there is no recording of this demo.": "{slug}：这个演示没有录制。",
    "{slug}: not recorded: {reason}": "{slug}：没有录制：{reason}",
    "this is a recording, made on {device} with {libraries}. To run it yourself: {command}": (
        "这是在 {device} 上用 {libraries} 录制的。要亲自运行：{command}"
    ),
}
_DEMO_COMMAND: Final = {
    "Give a demo's name, or --all, or --list; not two of them.": "演示名称、--all、--list 只能给一个。",
    "--predict asks one demo's questions; it does not go with --json or --all.": (
        "--predict 只问一个演示的问题，不能与 --json 或 --all 同用。"
    ),
    "{place} has no option {option}.{suggestion} See 'flashcards {place} --help'.": (
        "{place} 没有选项 {option}。{suggestion}见“flashcards {place} --help”。"
    ),
}
_PLAIN_FACE: Final = {
    "Proves: {claim}": "证明：{claim}",
    "Note: {note}": "注意：{note}",
    "seed {seed}": "随机种子 {seed}",
    "CONTROL: the usual mistake is built in; claims ought to break.": "对照：带着常见错误运行，应有论断不成立。",
    "measured {measured}, {expected}": "实测 {measured}，{expected}",
    "{detail} (illustration)": "{detail}（示意）",
    "expected {expected}": "应为 {expected}",
    "expected {expected} ± {tol}": "应为 {expected} ± {tol}",
    "at most {expected}": "至多 {expected}",
    "at least {expected}": "至少 {expected}",
    "expected to be {expected}": "应为 {expected}",
    "expected the set {expected}": "应为集合 {expected}",
    "Cancelled.": "已取消。",
    "Stopped after {claims}.": "已停止，此前检验了 {claims}。",
    "{count} claims": "{count} 条论断",
    "1 claim": "1 条论断",
    "Control: none of {claims} broke, so this control shows nothing.": "对照：{claims}都成立，这个对照什么也没说明。",
    "Control: {broken} of {claims} broke, as they should:": "对照：{claims}中有 {broken} 条不成立，正应如此：",
    "{broken} of {claims} broke:": "{claims}中有 {broken} 条不成立：",
    "The one claim holds.": "唯一的论断成立。",
    "All {total} claims hold.": "{total} 条论断全部成立。",
    "{seconds:.1f} s": "{seconds:.1f} 秒",
    "CPU {seconds:.1f} s": "CPU {seconds:.1f} 秒",
    "peak memory {size:,.0f} MiB": "内存峰值 {size:,.0f} MiB",
    "on the device {size:,.1f} MiB": "设备内存 {size:,.1f} MiB",
}
_SCREEN: Final = {
    "{place}: keys: no action is called {action!r}.": "{place}：keys：没有叫 {action!r} 的操作。",
    "{place}: keys: {key} would mean both {one} and {two}. Give one of them another key.": (
        "{place}：keys：{key} 会同时表示 {one} 和 {two}，请给其中一个换键。"
    ),
    "{file} is not there any more; r on the home screen rereads your notes.": (
        "{file} 已经不在了；在首页按 r 重读笔记。"
    ),
    "{editor} could not be started: {reason}. Set EDITOR to your editor.": (
        "无法启动 {editor}：{reason}。请把 EDITOR 设为你的编辑器。"
    ),
}
_SYSTEM: Final = {
    "No such file or directory": "没有这个文件或目录",
    "Permission denied": "没有权限",
    "Operation not permitted": "不允许的操作",
    "Is a directory": "是目录",
    "Not a directory": "不是目录",
    "File exists": "已经存在",
    "No space left on device": "磁盘已满",
    "Disk quota exceeded": "超出磁盘配额",
    "Read-only file system": "文件系统只读",
    "File name too long": "文件名太长",
    "Too many open files": "打开的文件太多",
    "Too many levels of symbolic links": "符号链接层数太多",
    "Input/output error": "读写出错",
    "Device or resource busy": "设备正忙",
}
"""What Linux and macOS answer most often; anything else stays as the system says it."""

SAID: Final = {
    **_READING,
    **_DECKS,
    **_LEFT_OUT,
    **_KEEPING,
    **_STUDYING,
    **_CONCEPTS,
    **_ANKI,
    **_LAB,
    **_DEMOS_OF_OTHERS,
    **_DEMO_COMMAND,
    **_PLAIN_FACE,
    **_SCREEN,
    **_SYSTEM,
    **zh_decks.SAID,
}
