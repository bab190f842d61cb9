"""The words about twins: a question of the person's notes that asks the same as one of our cards."""

from __future__ import annotations

from typing import Final

EN: Final = {
    "card.by_twin": "the answer is our card's",
    "page.twin": "Same question as our card:",
    "page.part": "{key} takes them apart",
    "page.offered": "Does one of our cards ask the same? {first} to {last} links it: one schedule, and its answer.",
    "page.offered#1": "Does this card of ours ask the same? {first} links it: one schedule, and its answer.",
    "page.linked": "Linked to our card; {key} takes them apart again.",
    "page.parted": "Taken apart; each has the schedule of its own answers.",
    "action.card.part": "Unlink",
    "action.card.part.help": "take the card and its twin apart; each gets back what it had",
    **{f"action.card.twin_{n}": f"Twin {n}" for n in range(1, 6)},
    **{
        f"action.card.twin_{n}.help": f"link the card to offered card {n}, which asks the same"
        for n in range(1, 6)
    },
    "cli.merge.linked": (
        "{card_id} and {twin_id} are twins: one schedule. flashcards merge --undo {card_id} {twin_id} parts them."
    ),
    "cli.merge.parted": "{card_id} and {twin_id} are taken apart; each has the schedule of its own answers.",
    "cli.show.twin": "twin {card_id}",
    "plain.by_twin": "(the answer is that of our card {card_id})",
}

ZH: Final = {
    "card.by_twin": "答案取自内置卡片",
    "page.twin": "与内置卡片同题：",
    "page.part": "按 {key} 拆开",
    "page.offered": "这些内置卡片里有问同一件事的吗？按 {first} 到 {last} 关联：共用日程和答案。",
    "page.offered#1": "这张内置卡片问的是同一件事吗？按 {first} 关联：共用日程和答案。",
    "page.linked": "已与内置卡片关联；按 {key} 可以拆开。",
    "page.parted": "已拆开，各自恢复自己的日程。",
    "action.card.part": "拆开",
    "action.card.part.help": "解除与同题卡片的关联，各自恢复原来的日程",
    **{f"action.card.twin_{n}": f"同题 {n}" for n in range(1, 6)},
    **{f"action.card.twin_{n}.help": f"与列出的第 {n} 张内置卡片关联：问的是同一件事" for n in range(1, 6)},
    "cli.merge.linked": (
        "{card_id} 与 {twin_id} 已成同题卡片，共用日程。flashcards merge --undo {card_id} {twin_id} 拆开。"
    ),
    "cli.merge.parted": "{card_id} 与 {twin_id} 已拆开，各自恢复自己的日程。",
    "cli.show.twin": "同题卡片 {card_id}",
    "plain.by_twin": "（答案取自内置卡片 {card_id}）",
}
