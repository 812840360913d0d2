"""What simulated customers say, in five languages. Written for Regard; no real customer said any of it.

A verbatim is an opening, a remark on one theme and an ending, all of one sentiment.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from regard.demo.company import Ints

LANGUAGES: Final = ("en", "pl", "ru", "zh", "ro")
THEMES: Final = ("delivery", "product", "price", "support")
GAPS: Final = {"zh": ""}
"""What stands between two sentences; a space unless named here."""

Phrases = tuple[str, ...]

OPENINGS: Final[Mapping[str, Mapping[str, Phrases]]] = {
    "en": {
        "good": ("Very happy.", "Great experience.", "All good!", "Excellent as always.", "Thank you!"),
        "fair": ("It was all right.", "Nothing special.", "Mixed feelings.", "Fine, mostly."),
        "bad": ("Very disappointed.", "Not good.", "This was frustrating.", "I expected better.", "Never again."),
    },
    "pl": {
        "good": ("Bardzo zadowolona.", "Świetne zakupy.", "Wszystko w porządku!", "Jak zawsze super.", "Dziękuję!"),
        "fair": ("Było w porządku.", "Nic szczególnego.", "Mam mieszane uczucia.", "W zasadzie dobrze."),
        "bad": ("Jestem zawiedziony.", "Niedobrze.", "To było irytujące.", "Oczekiwałam więcej.", "Nigdy więcej."),
    },
    "ru": {
        "good": ("Очень довольна.", "Отличные впечатления.", "Всё хорошо!", "Как всегда на высоте.", "Спасибо!"),
        "fair": ("В целом нормально.", "Ничего особенного.", "Смешанные чувства.", "Пойдёт."),
        "bad": ("Очень разочарован.", "Плохо.", "Это раздражает.", "Ожидала большего.", "Больше никогда."),
    },
    "zh": {
        "good": ("非常满意。", "体验很好。", "一切都好！", "一如既往地棒。", "谢谢！"),
        "fair": ("还可以。", "没什么特别的。", "感觉一般。", "基本满意。"),
        "bad": ("非常失望。", "不太好。", "真让人着急。", "没有达到预期。", "再也不买了。"),
    },
    "ro": {
        "good": ("Foarte mulțumită.", "O experiență grozavă.", "Totul bine!", "Excelent, ca de obicei.", "Mulțumesc!"),
        "fair": ("A fost în regulă.", "Nimic deosebit.", "Am păreri împărțite.", "În mare parte bine."),
        "bad": ("Foarte dezamăgit.", "Nu e bine.", "A fost enervant.", "Mă așteptam la mai mult.", "Niciodată."),
    },
}

REMARKS: Final[Mapping[str, Mapping[str, Mapping[str, Phrases]]]] = {
    "en": {
        "delivery": {
            "good": ("The parcel came a day early.", "Delivery was quick.", "The courier was kind and on time."),
            "fair": (
                "Delivery took as long as promised.",
                "The box was a little dented.",
                "Tracking could be clearer.",
            ),
            "bad": ("The parcel is still not here.", "Delivery was a week late.", "Nobody told me about the delay."),
        },
        "product": {
            "good": ("The quality is lovely.", "It fits perfectly.", "Exactly like in the pictures."),
            "fair": ("The colour is slightly different.", "It does what it should.", "The manual is short."),
            "bad": ("It broke after two days.", "The size is wrong.", "It looks nothing like the photo."),
        },
        "price": {
            "good": ("Good value for the money.", "The discount was a nice surprise.", "Fair prices."),
            "fair": ("A bit more than elsewhere.", "The price is average.", "Postage adds up."),
            "bad": ("Far too expensive.", "I was charged twice.", "The voucher did not work."),
        },
        "support": {
            "good": ("The agent solved it at once.", "Support was patient and clear.", "I got an answer in minutes."),
            "fair": ("I had to ask twice.", "The answer was correct but slow.", "The chat was busy."),
            "bad": ("I explained it to three people.", "Nobody answers the phone.", "My ticket was closed unsolved."),
        },
    },
    "pl": {
        "delivery": {
            "good": ("Paczka przyszła dzień wcześniej.", "Dostawa była szybka.", "Kurier miły i punktualny."),
            "fair": ("Dostawa trwała tyle, ile obiecano.", "Karton był lekko wgnieciony.", "Śledzenie mało czytelne."),
            "bad": ("Paczki wciąż nie ma.", "Dostawa spóźniła się o tydzień.", "Nikt nie uprzedził o opóźnieniu."),
        },
        "product": {
            "good": ("Jakość jest znakomita.", "Pasuje idealnie.", "Dokładnie jak na zdjęciach."),
            "fair": ("Kolor trochę inny.", "Robi, co powinien.", "Instrukcja jest krótka."),
            "bad": ("Zepsuło się po dwóch dniach.", "Zły rozmiar.", "Zupełnie niepodobne do zdjęcia."),
        },
        "price": {
            "good": ("Dobra jakość w tej cenie.", "Rabat miło mnie zaskoczył.", "Uczciwe ceny."),
            "fair": ("Trochę drożej niż gdzie indziej.", "Cena przeciętna.", "Wysyłka sporo kosztuje."),
            "bad": ("Zdecydowanie za drogo.", "Pobrano opłatę dwa razy.", "Kod rabatowy nie zadziałał."),
        },
        "support": {
            "good": (
                "Konsultant rozwiązał to od razu.",
                "Obsługa cierpliwa i konkretna.",
                "Odpowiedź po paru minutach.",
            ),
            "fair": ("Musiałam pytać dwa razy.", "Odpowiedź dobra, ale powolna.", "Na czacie była kolejka."),
            "bad": ("Tłumaczyłem to trzem osobom.", "Nikt nie odbiera telefonu.", "Zgłoszenie zamknięto bez pomocy."),
        },
    },
    "ru": {
        "delivery": {
            "good": ("Посылка пришла на день раньше.", "Доставили быстро.", "Курьер вежливый и точный."),
            "fair": ("Доставили в обещанный срок.", "Коробка немного помята.", "Отслеживание не очень понятное."),
            "bad": ("Посылки до сих пор нет.", "Доставка опоздала на неделю.", "О задержке никто не предупредил."),
        },
        "product": {
            "good": ("Качество прекрасное.", "Подошло идеально.", "Точно как на фото."),
            "fair": ("Цвет немного отличается.", "Работает как должно.", "Инструкция слишком короткая."),
            "bad": ("Сломалось через два дня.", "Размер не тот.", "Совсем не похоже на фото."),
        },
        "price": {
            "good": ("Хорошее соотношение цены и качества.", "Скидка приятно удивила.", "Честные цены."),
            "fair": ("Чуть дороже, чем у других.", "Цена средняя.", "Доставка стоит немало."),
            "bad": ("Слишком дорого.", "Деньги списали дважды.", "Промокод не сработал."),
        },
        "support": {
            "good": ("Оператор решил всё сразу.", "Поддержка терпеливая и понятная.", "Ответили за пару минут."),
            "fair": ("Пришлось спрашивать дважды.", "Ответ верный, но медленный.", "В чате была очередь."),
            "bad": ("Объяснял трём разным людям.", "Никто не берёт трубку.", "Заявку закрыли без решения."),
        },
    },
    "zh": {
        "delivery": {
            "good": ("包裹提前一天到了。", "送货很快。", "快递员准时又有礼貌。"),
            "fair": ("送货时间和承诺的一样。", "箱子有点压坏了。", "物流信息不够清楚。"),
            "bad": ("包裹到现在还没到。", "送货晚了一个星期。", "延误了也没有人通知我。"),
        },
        "product": {
            "good": ("质量非常好。", "大小正合适。", "和图片一模一样。"),
            "fair": ("颜色有一点差别。", "功能还算正常。", "说明书太简单。"),
            "bad": ("用了两天就坏了。", "尺寸不对。", "和照片完全不一样。"),
        },
        "price": {
            "good": ("性价比很高。", "折扣让人惊喜。", "价格公道。"),
            "fair": ("比别家贵一点。", "价格一般。", "运费不便宜。"),
            "bad": ("太贵了。", "重复扣了两次款。", "优惠券用不了。"),
        },
        "support": {
            "good": ("客服马上就解决了。", "客服耐心又专业。", "几分钟就得到回复。"),
            "fair": ("问了两次才解决。", "回答正确但有点慢。", "在线客服要排队。"),
            "bad": ("同样的问题解释了三遍。", "电话一直没人接。", "问题没解决工单就关了。"),
        },
    },
    "ro": {
        "delivery": {
            "good": ("Coletul a venit cu o zi mai devreme.", "Livrarea a fost rapidă.", "Curierul amabil și punctual."),
            "fair": ("Livrarea a durat cât s-a promis.", "Cutia era puțin lovită.", "Urmărirea coletului e neclară."),
            "bad": ("Coletul tot nu a ajuns.", "Livrarea a întârziat o săptămână.", "Nimeni nu a anunțat întârzierea."),
        },
        "product": {
            "good": ("Calitatea este minunată.", "Se potrivește perfect.", "Exact ca în poze."),
            "fair": ("Culoarea diferă puțin.", "Face ce trebuie.", "Instrucțiunile sunt scurte."),
            "bad": ("S-a stricat după două zile.", "Mărimea este greșită.", "Nu seamănă deloc cu poza."),
        },
        "price": {
            "good": ("Raport bun calitate-preț.", "Reducerea a fost o surpriză plăcută.", "Prețuri corecte."),
            "fair": ("Puțin mai scump decât în altă parte.", "Preț mediu.", "Transportul costă."),
            "bad": ("Mult prea scump.", "Am fost taxat de două ori.", "Cuponul nu a funcționat."),
        },
        "support": {
            "good": ("Agentul a rezolvat pe loc.", "Suport răbdător și clar.", "Am primit răspuns în câteva minute."),
            "fair": ("A trebuit să întreb de două ori.", "Răspuns corect, dar lent.", "Chatul era aglomerat."),
            "bad": ("Am explicat la trei oameni.", "Nimeni nu răspunde la telefon.", "Cererea închisă fără soluție."),
        },
    },
}

ENDINGS: Final[Mapping[str, Mapping[str, Phrases]]] = {
    "en": {"good": ("", "Will buy again."), "fair": ("", "Could be better."), "bad": ("", "Please fix this.")},
    "pl": {"good": ("", "Kupię znowu."), "fair": ("", "Mogło być lepiej."), "bad": ("", "Proszę to naprawić.")},
    "ru": {"good": ("", "Куплю ещё."), "fair": ("", "Могло быть лучше."), "bad": ("", "Исправьте, пожалуйста.")},
    "zh": {"good": ("", "下次还会买。"), "fair": ("", "可以更好。"), "bad": ("", "请尽快改进。")},
    "ro": {"good": ("", "Mai cumpăr."), "fair": ("", "Se putea mai bine."), "bad": ("", "Vă rog să remediați.")},
}

SENTIMENTS: Final = ("bad", "fair", "good")


def verbatims(language: str, theme: str, sentiment: str) -> list[str]:
    """Every verbatim of one language, theme and sentiment.

    >>> verbatims("zh", "delivery", "good")[0]
    '非常满意。包裹提前一天到了。'
    """
    gap = GAPS.get(language, " ")
    return [
        gap.join(filter(None, (opening, remark, ending)))
        for opening in OPENINGS[language][sentiment]
        for remark in REMARKS[language][theme][sentiment]
        for ending in ENDINGS[language][sentiment]
    ]


def spoken(language: Ints, theme: Ints, sentiment: Ints, choice: Ints) -> pa.Array:
    """One verbatim each, by the numbers of language, theme and sentiment; ``choice`` picks among them.

    A negative ``choice`` says nothing.
    """
    cells = [verbatims(x, y, z) for x in LANGUAGES for y in THEMES for z in SENTIMENTS]
    sizes = np.array([len(cell) for cell in cells])
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    cell = (language * len(THEMES) + theme) * len(SENTIMENTS) + sentiment
    places = pa.array(starts[cell] + choice % sizes[cell], mask=choice < 0)
    return pc.take(pa.array([text for cell_texts in cells for text in cell_texts]), places)
