"""Invented customer files in five languages in which some people stand more than once, as they do in real ones.

What makes two records of one person differ: slips of the pen, nicknames, diacritics and alphabets, parts of a name
swapped, other ways to write a phone number, other mail addresses, gaps, a new surname, a new house. What makes two
people alike: families and twins in one house with one phone, a father and a son of one name, colleagues behind one
``info@`` address.
"""

# ruff: noqa: ISC004, SIM905 - words stand in lines, as they are read

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from itertools import combinations
from random import Random

Row = dict[str, str | None]
Pair = tuple[str, str]

VIEWS = {
    "contacts": ("name", "email", "phone"),
    "mails": ("name", "email"),
    "addresses": ("name", "phone", "address", "date_of_birth"),
    "everything": ("first_name", "last_name", "email", "phone", "street", "city", "postcode", "date_of_birth"),
}
"""The columns that a file has."""

MEN, WOMEN, SURNAMES, CITIES, STREETS, PHONE = range(6)
LANGUAGES = {
    "en": (
        "William James Robert Thomas Michael Edward Joseph Charles Daniel Matthew Andrew Christopher David Richard",
        "Elizabeth Margaret Katherine Susan Jennifer Patricia Victoria Rebecca Deborah Abigail Emily Charlotte Grace",
        "Smith Jones Taylor Brown Williams Wilson Johnson Davies Patel Wright Walker White Edwards Hughes Green Hall "
        "Clarke Jackson Harrison Thornton Whitfield Ashcroft Pemberton Hargreaves Okafor Blackwood Fairweather",
        "London,Leeds,Bristol,Hull,Cardiff,York",
        "High Street,Station Road,Church Lane,Victoria Road,Mill Lane,Park Avenue,Green Lane",
        "+44 7{} {}",
    ),
    "pl": (
        "Jan Piotr Tomasz Krzysztof Andrzej Paweł Łukasz Michał Marcin Grzegorz Józef Zbigniew Sławomir",
        "Anna Katarzyna Małgorzata Agnieszka Barbara Ewa Joanna Magdalena Zofia Elżbieta Aleksandra Żaneta Iwona",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski "
        "Kozłowski Jankowski Mazur Kwiatkowski Krawczyk Piotrowski Grabowski Pawłowski Michalski Żukowski Świątek",
        "Warszawa,Kraków,Łódź,Wrocław,Gdańsk,Poznań",
        "ul. Długa,ul. Polna,ul. Leśna,ul. Słoneczna,ul. Krótka,ul. Szkolna,al. Jana Pawła II",
        "+48 6{} {}",
    ),
    "ru": (
        "Александр Дмитрий Сергей Андрей Алексей Михаил Евгений Николай Иван Юрий Фёдор Григорий",
        "Анна Мария Екатерина Татьяна Ольга Наталья Елена Ирина Светлана Юлия Ксения Любовь",
        "Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев "
        "Лебедев Семёнов Егоров Павлов Козлов Степанов Щербаков Яковлев Жуков Чернышёв Хрущёв",
        "Москва,Казань,Самара,Омск,Тверь,Пермь",
        "ул. Ленина,ул. Мира,ул. Садовая,ул. Лесная,пр. Победы,ул. Школьная",
        "+7 9{} {}",
    ),
    "zh": (
        "伟 强 磊 军 洋 勇 杰 涛 明 超 建国 志强 建华 文博 浩然 子轩",
        "芳 娜 秀英 敏 静 丽 艳 娟 霞 秀兰 雪梅 晓燕 雨桐 欣怡",
        "王 李 张 刘 陈 杨 赵 黄 周 吴 徐 孙 胡 朱 高 林 何 郭 马 罗",
        "北京,上海,广州,成都,武汉,西安",
        "人民路,中山路,解放路,建设路,和平路,文化街",
        "+86 13{} {}",
    ),
    "ro": (
        "Ion Andrei Mihai Ștefan Gheorghe Alexandru Cristian Răzvan Cătălin Ionuț Vasile Constantin",
        "Maria Elena Ioana Andreea Mihaela Cristina Ștefania Mădălina Ana Gabriela Raluca Anișoara",
        "Popescu Ionescu Popa Radu Dumitru Stan Stoica Gheorghe Matei Ciobanu Rusu Moldoveanu Bălan Țăranu Șerban "
        "Pătrașcu Munteanu Lungu Costache Drăgan Enache Sârbu",
        "București,Iași,Cluj-Napoca,Timișoara,Brașov,Galați",
        "Str. Florilor,Str. Libertății,Bd. Unirii,Str. Mihai Eminescu,Str. Grădinii,Str. Morii",
        "+40 7{} {}",
    ),
}
SHORT = dict(
    pair.split("=")
    for pair in (
        "William=Bill James=Jim Robert=Bob Thomas=Tom Michael=Mike Edward=Ted Joseph=Joe Charles=Charlie Daniel=Dan "
        "Matthew=Matt Andrew=Andy Christopher=Chris David=Dave Richard=Dick Elizabeth=Liz Margaret=Peggy "
        "Katherine=Kate Susan=Sue Jennifer=Jenny Patricia=Pat Victoria=Vicky Rebecca=Becky Deborah=Debbie "
        "Abigail=Abby Jan=Janek Tomasz=Tomek Krzysztof=Krzysiek Małgorzata=Gosia Katarzyna=Kasia Agnieszka=Aga "
        "Joanna=Asia Aleksandra=Ola Magdalena=Magda Zofia=Zosia Александр=Саша Дмитрий=Дима Сергей=Серёжа "
        "Алексей=Лёша Михаил=Миша Евгений=Женя Екатерина=Катя Татьяна=Таня Наталья=Наташа Мария=Маша Иван=Ваня"
    ).split()
)
PINYIN = dict(
    pair.split("=")
    for pair in (
        "王=Wang 李=Li 张=Zhang 刘=Liu 陈=Chen 杨=Yang 赵=Zhao 黄=Huang 周=Zhou 吴=Wu 徐=Xu 孙=Sun 胡=Hu 朱=Zhu 高=Gao "
        "林=Lin 何=He 郭=Guo 马=Ma 罗=Luo 伟=Wei 强=Qiang 磊=Lei 军=Jun 洋=Yang 勇=Yong 杰=Jie 涛=Tao 明=Ming 超=Chao "
        "建国=Jianguo 志强=Zhiqiang 建华=Jianhua 文博=Wenbo 浩然=Haoran 子轩=Zixuan 芳=Fang 娜=Na 秀英=Xiuying 敏=Min "
        "静=Jing 丽=Li 艳=Yan 娟=Juan 霞=Xia 秀兰=Xiulan 雪梅=Xuemei 晓燕=Xiaoyan 雨桐=Yutong 欣怡=Xinyi"
    ).split()
)
CYRILLIC = [
    dict(zip("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", latin.split(), strict=True))
    for latin in (
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya",
        "a b v g d e yo zh z i j k l m n o p r s t u f h c ch sh sch _ y _ e ju ja",
    )
]
FOLDED = str.maketrans("ąćęłńóśźżăâîșțĄĆĘŁŃÓŚŹŻĂÂÎȘȚ", "acelnoszzaaistACELNOSZZAAIST")


@dataclass(frozen=True)
class Person:
    """Somebody, as they would write themselves."""

    language: str
    given: str
    surname: str
    born: date
    email: str | None
    phone: str
    street: str
    city: str
    postcode: str


def latin(text: str, chance: Random) -> str:
    """A name in Latin letters, as a clerk or a passport writes it."""
    if text in PINYIN:
        return PINYIN[text]
    way = chance.choice(CYRILLIC)
    plain = "".join(way.get(letter, letter) for letter in text.lower()).replace("_", "")
    return (plain.title() if plain != text.lower() else text).translate(FOLDED)


def customer_file(
    size: int, *, seed: int = 1, languages: str = "en pl ru zh ro", view: str = "contacts", again: float = 0.3
) -> tuple[list[Row], list[Pair]]:
    """About ``size`` records of invented customers, keyed by ``key``, and the pairs that are one person's."""
    chance = Random(seed)
    known, rows, right = languages.split(), [], []
    while len(rows) < size:
        for person in _household(chance, chance.choice(known)):
            keys = []
            for version in range(1 + (chance.random() < again) + (chance.random() < again / 6)):
                key = f"r{len(rows):07d}"
                rows.append({"key": key, **_written(person, chance, view, is_again=version > 0)})
                keys.append(key)
            right += combinations(keys, 2)
    order = list(range(len(rows)))
    chance.shuffle(order)
    return [rows[place] for place in order], right


# --- people --------------------------------------------------------------------------------------------------------


def _household(chance: Random, language: str) -> list[Person]:
    first, luck = _person(chance, language), chance.random()
    if luck < 0.03:  # a father and a son
        return [first, replace(_child(chance, first), given=first.given)]
    if luck < 0.05:  # colleagues who give the company's address and number
        shared = {"email": f"info@{latin(first.surname, chance).lower()}{chance.randrange(9999)}.example"}
        others = [_person(chance, language) for _ in range(chance.randrange(2, 6))]
        return [replace(one, **shared, phone=first.phone) for one in (first, *others)]
    if luck < 0.25:  # a family with one house, often one phone, sometimes one mail address
        family = [first, *(_child(chance, first) for _ in range(chance.randrange(1, 4)))]
        if chance.random() < 0.2:  # twins
            family.append(replace(_child(chance, first), born=family[-1].born))
        phone, mail = chance.random() < 0.4, chance.random() < 0.1
        family = [replace(one, phone=first.phone) if phone else one for one in family]
        return [replace(one, email=first.email) if mail else one for one in family]
    return [first]


def _person(chance: Random, language: str) -> Person:
    words = LANGUAGES[language]
    is_woman = chance.random() < 0.5
    given = chance.choice(words[WOMEN if is_woman else MEN].split())
    surname = chance.choice(words[SURNAMES].split())
    if language == "pl" and is_woman and surname.endswith("ki"):
        surname = surname[:-1] + "a"
    if language == "ru" and is_woman:
        surname += "а"
    number = f"{chance.randrange(1, 180)}"
    return Person(
        language,
        given,
        surname,
        date(1940, 1, 1) + timedelta(days=chance.randrange(24000)),
        _mail(chance, given, surname),
        words[PHONE].format(f"{chance.randrange(100):02}", f"{chance.randrange(10**6):06}"),
        f"{number} {chance.choice(words[STREETS].split(','))}" if language == "en"
        else f"{chance.choice(words[STREETS].split(','))} {number}",
        chance.choice(words[CITIES].split(",")),
        f"{chance.randrange(10000, 99999)}",
    )  # fmt: skip


def _child(chance: Random, parent: Person) -> Person:
    """Somebody of the same name at the same address, a generation younger."""
    other = _person(chance, parent.language)
    while other.given == parent.given:
        other = _person(chance, parent.language)
    born = parent.born + timedelta(days=chance.randrange(7000, 14000))
    email = _mail(chance, other.given, parent.surname)
    kept = {name: getattr(parent, name) for name in ("surname", "street", "city", "postcode")}
    return replace(other, born=born, email=email, **kept)


def _mail(chance: Random, given: str, surname: str) -> str | None:
    one, other = (latin(name, chance).lower() for name in (given, surname))
    local = chance.choice((f"{one}.{other}", f"{one[0]}{other}", f"{other}{one}", f"{one}_{other}", f"{one}"))
    number = chance.choice(("", f"{chance.randrange(100)}", f"{chance.randrange(1950, 2005)}"))
    domain = chance.choice(("gmail.com", "mail.example", "post.example", "yahoo.com", "inbox.example"))
    return f"{local}{number}@{domain}" if chance.random() < 0.92 else None


# --- what is written down ------------------------------------------------------------------------------------------


def _written(person: Person, chance: Random, view: str, *, is_again: bool) -> Row:
    if is_again:
        person = _changed(person, chance)
    row: Row = {name: text for name, text in asdict(person).items() if name not in ("born", "language")}
    row |= {"first_name": person.given, "last_name": person.surname, "date_of_birth": person.born.isoformat()}
    if is_again:
        row = _noted(row, chance)
    given, surname = row["first_name"], row["last_name"]
    if person.language == "zh" and given and ord(given[0]) > 10000:
        row["name"] = f"{surname or ''}{given}"
    else:
        row["name"] = " ".join(filter(None, (given, surname)))
    row["address"] = ", ".join(filter(None, (row["street"], row["postcode"], row["city"])))
    gaps = [name for name in VIEWS[view] if chance.random() < (0.1 if name != "name" else 0.01)]
    if len(VIEWS[view]) - len(gaps) < 2:
        gaps = []
    return {name: None if name in gaps else row[name] or None for name in VIEWS[view]}


def _changed(person: Person, chance: Random) -> Person:
    """What happens in a life: a new surname, a new house, another mail address, another phone."""
    other = _person(chance, person.language)
    if chance.random() < 0.04:
        person = replace(person, surname=other.surname)
    if chance.random() < 0.15:
        person = replace(person, street=other.street, postcode=other.postcode)
    luck = chance.random()
    if luck < 0.12:
        person = replace(person, email=_mail(chance, person.given, person.surname))
    elif luck < 0.24:
        person = replace(person, phone=other.phone)
    return person


def _noted(row: Row, chance: Random) -> Row:
    """What happens when somebody writes it down again."""
    first, last = _named_again(row["first_name"] or "", row["last_name"] or "", chance)
    row = row | {"first_name": first, "last_name": last, "phone": _phone(row["phone"] or "", chance)}
    if row["email"]:
        row["email"] = _address(row["email"], chance)
    for name in ("street", "city", "postcode"):
        if chance.random() < 0.08:
            row[name] = slip(row[name] or "", chance)
    if chance.random() < 0.06:
        year, month, day = (row["date_of_birth"] or "").split("-")
        other = f"{year}-{month}-{chance.randrange(1, 28):02}"
        row["date_of_birth"] = f"{year}-{day}-{month}" if int(day) < 13 else other
    return row


def _named_again(first: str, last: str, chance: Random) -> tuple[str, str]:
    """A short name, another alphabet, parts swapped, an initial, another case, a slip of the pen."""
    first = SHORT.get(first, first) if chance.random() < 0.2 else first
    if chance.random() < 0.35:
        first, last = latin(first, chance), latin(last, chance)
    if chance.random() < 0.06:
        first, last = last, first
    if chance.random() < 0.04:
        first = first[:1]
    if chance.random() < 0.15:
        first, last = chance.choice(((first.upper(), last.upper()), (first.lower(), last.lower())))
    if chance.random() < 0.12:
        first, last = (slip(first, chance), last) if chance.random() < 0.5 else (first, slip(last, chance))
    return first, last


def slip(text: str, chance: Random) -> str:
    """One slip of the pen."""
    if len(text) < 3:
        return text
    place = chance.randrange(1, len(text) - 1)
    return chance.choice(
        (
            text[:place] + text[place + 1 :],
            text[:place] + text[place + 1] + text[place] + text[place + 2 :],
            text[:place] + text[place] + text[place:],
            text[:place] + chance.choice("aeionrst") + text[place + 1 :],
        )
    )


def _phone(phone: str, chance: Random) -> str:
    digits = "".join(filter(str.isdigit, phone))
    land = next(code for code in ("44", "48", "86", "40", "7") if digits.startswith(code))
    own = digits[len(land) :]
    if chance.random() < 0.04:
        own = slip(own, chance)
    own = "".join(filter(str.isdigit, own))
    return chance.choice(
        (
            phone,
            f"00{land}{own}",
            f"0{own[:3]} {own[3:6]} {own[6:]}",
            f"({own[:3]}) {own[3:6]}-{own[6:]}",
            f"+{land}{own}",
        )
    )


def _address(email: str, chance: Random) -> str:
    local, _, domain = email.partition("@")
    luck = chance.random()
    if luck < 0.06 and domain == "gmail.com":
        return f"{local}+shop@{domain}"
    if luck < 0.12 and domain == "gmail.com":
        return f"{local.replace('.', '')}@googlemail.com"
    if luck < 0.18:
        return f"{slip(local, chance)}@{domain}"
    return email.upper() if luck < 0.24 else email
