"""What the heading of a column says it holds, in English, Polish, Russian, Chinese and Romanian."""

from __future__ import annotations

import re

WORDS: dict[str, tuple[str, ...]] = {
    "nps": ("nps", "netpro", "recommend", "likely", "polec", "рекоменд", "推荐", "推薦", "recomand"),
    "ces": ("ces", "effort", "how easy", "ease", "wysił", "wysil", "łatwo", "усили", "легко", "费力", "efort", "ușor"),
    "csat": (
        "csat",
        "satisf",
        "rating",
        "stars",
        "review score",
        "score",
        "zadowol",
        "satysf",
        "ocena",
        "удовлетв",
        "оценк",
        "满意",
        "评分",
        "評分",
        "mulțum",
        "multum",
        "satisfac",
        "nota",
        "notă",
    ),
    "customer": (
        "customer",
        "client",
        "user",
        "e-mail",
        "email",
        "subscriber",
        "account",
        "caller",
        "member",
        "respondent",
        "patient",
        "klient",
        "użytkownik",
        "абонент",
        "клиент",
        "пользоват",
        "客户",
        "顾客",
        "用户",
        "utilizator",
    ),
    "ticket": (
        "ticket",
        "incident",
        "case",
        "zgłosz",
        "sprawa",
        "обращен",
        "заявк",
        "тикет",
        "工单",
        "tichet",
        "sesizare",
    ),
    "order": (
        "invoice",
        "order",
        "faktur",
        "zamówien",
        "zamowien",
        "заказ",
        "счет",
        "订单",
        "发票",
        "comand",
        "factur",
    ),
    "state": ("state", "status", "stan", "статус", "состоян", "状态", "stare"),
    "group": ("group", "queue", "team", "grupa", "zespół", "групп", "очеред", "组", "echip"),
    "agent": ("agent", "assignee", "assigned", "handled by", "resource", "konsultant", "оператор", "客服", "坐席"),
    "channel": ("channel", "contact type", "via", "source", "kanał", "kanal", "канал", "渠道", "canal"),
    "touchpoint": (
        "touchpoint",
        "category",
        "product",
        "topic",
        "kategoria",
        "produkt",
        "категор",
        "类别",
        "categor",
        "produs",
    ),
    "language": ("language", "lang", "język", "jezyk", "язык", "语言", "limba", "limbă"),
    "amount": (
        "amount",
        "total",
        "revenue",
        "price",
        "value",
        "charges",
        "kwota",
        "cena",
        "wartość",
        "сумм",
        "цена",
        "金额",
        "价格",
        "sumă",
        "preț",
        "pret",
    ),
    "quantity": ("quantity", "qty", "ilość", "ilosc", "колич", "数量", "cantit"),
    "currency": ("currency", "waluta", "валют", "币种", "moned"),
    "weight": ("weight", "waga", "вес", "权重", "pondere"),
    "text": (
        "comment",
        "remark",
        "feedback",
        "review",
        "message",
        "narrative",
        "verbatim",
        "komentarz",
        "uwag",
        "opini",
        "комментар",
        "отзыв",
        "评论",
        "意见",
        "反馈",
        "comentar",
        "părere",
    ),
    "id": ("id", "uuid", "number", "numer", "номер", "编号", "respnum", "nr"),
    "country": ("country", "kraj", "страна", "国家", "țar", "tara"),
    "complaint": ("complaint", "skarga", "reklamac", "жалоб", "投诉", "plânger", "reclama"),
}

_SHORT = 4


def says(heading: str, role: str) -> bool:
    """Whether a heading speaks of a role. Short words must stand alone, longer ones may begin a word.

    >>> says("Customer ID", "id"), says("Paid", "id"), says("Adres e-mail klienta", "customer")
    (True, False, True)
    """
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])|[_\-:./?]+", " ", heading).lower()
    return any(_stands(word, spaced) for word in WORDS[role])


def _stands(word: str, heading: str) -> bool:
    plain = word.replace("-", " ")
    if not plain.isascii() and len(plain) <= 2:
        return plain in heading
    end = r"\b" if len(plain) < _SHORT else ""
    return re.search(rf"\b{re.escape(plain)}{end}", heading) is not None
