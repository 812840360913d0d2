"""What people hand in: files, and a mapping as a form in which they say what each column is for."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Sequence
from copy import deepcopy
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from regard.base import Invalid
from regard.base.config import config
from regard.collect.mapping import ANONYMOUS
from regard.collect.roles import METRICS, ROLES, Part, column_of, parts_of, used_besides, with_parts
from regard.collect.sketching import FORMATS
from regard.collect.words import ANONYMOUS_WORDS, ROLE_WORDS
from regard.collect.work import disk_may_be_full, size_limit

EXAMPLE = datetime(2026, 5, 31, 14, 5, 9)  # noqa: DTZ001 - only shows how a format looks
AS_IT_IS, NO_COLUMN = " =", " -"
"""The choices that leave what a form cannot show as the mapping's text says, and that name no column. No column can be
called so: names of columns begin with no blank."""
SHARED = {"time": _("says when it happened"), "customer": _("says who the customer is")}
MOST_FILES = 20


class ToFolder(FileUploadHandler):
    """Writes uploads straight into a folder, piece by piece; one that is too large is dropped as soon as it is."""

    def __init__(self, request: HttpRequest, folder: Path):
        super().__init__(request)
        self.folder, self.problem = folder, ""
        self.taken: set[str] = set()
        self.out: BinaryIO | None = None

    def new_file(self, *arguments: Any, **named: Any) -> None:
        super().new_file(*arguments, **named)
        if len(self.taken) >= MOST_FILES:
            self.problem = gettext("At most %(number)d files at once.") % {"number": MOST_FILES}
            raise SkipFile
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.path = self.folder / plain_name(self.file_name, self.taken)
        self.taken.add(self.path.name)
        self.size = 0
        self.out = self.path.open("wb")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self.size += len(raw_data)
        if self.size > size_limit():
            self._close()
            self.path.unlink()
            self.problem = too_large(self.file_name)
            raise SkipFile
        with disk_may_be_full():
            self.out.write(raw_data)

    def file_complete(self, file_size: int) -> UploadedFile | None:
        if self.out is None:
            return None
        self._close()
        found = UploadedFile(None, self.file_name, self.content_type, self.size)
        found.stored = self.path.name
        return found

    def upload_interrupted(self) -> None:
        self._close()

    def _close(self) -> None:
        if self.out is not None:
            self.out.close()
        self.out = None


def too_large(name: str) -> str:
    said = {"name": name, "limit": config().upload_limit}
    return gettext("%(name)s is larger than %(limit)s, the most that one import reads here.") % said


def plain_name(name: str, taken: set[str]) -> str:
    """A file's name without anything that could mean something to a disk; its ending stays, for it tells the kind.

    >>> plain_name("../../etc/pass wd;.csv.gz", set()), plain_name(".bashrc", set()), plain_name("a.csv", {"a.csv"})
    ('pass wd_.csv.gz', 'bashrc', '2 a.csv')
    """
    base = re.sub(r"[^\w.\- ()]", "_", name.replace("\\", "/").rsplit("/", 1)[-1]).lstrip(". ")[-80:].lstrip(". ")
    base = base or "file"
    number = next(
        count for count in range(1, len(taken) + 2) if (f"{count} {base}" if count > 1 else base) not in taken
    )
    return f"{number} {base}" if number > 1 else base


# --- the mapping


TIME_FIELDS = ("time", "day", "format", "zone")


class SheetForm(forms.Form):
    """A mapping's document as a form: when, who, what, and what each column is for. :meth:`document` is the answer."""

    time = forms.ChoiceField(label=_("When did it happen?"))
    day = forms.CharField(
        label=_("The day of all rows"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("No column says when it happened. For a file of one year, any day of that year will do."),
    )
    format = forms.ChoiceField(label=_("How times are written"))
    zone = forms.ChoiceField(label=_("Time zone of these times"))
    customer = forms.ChoiceField(label=_("Who is the customer?"))
    anonymous = forms.ChoiceField(label=_("Rows without a customer"))
    comma = forms.BooleanField(label=_("Numbers are written with a decimal comma (1.234,5)"), required=False)

    def __init__(self, document: dict[str, Any], columns: Sequence[dict[str, Any]], data: Any = None):
        super().__init__(data)
        self.given, self.columns = document, columns
        self.parts, self.besides = parts_of(document), used_besides(document)
        names = [column["name"] for column in columns]
        self._shared_choices(names)
        self.initial = self._start()
        for number, name in enumerate(self.rules):
            self.fields[f"name-{number}"] = forms.CharField(
                label=gettext("What a row is")
                if len(self.rules) == 1
                else gettext("What a row is (%d)") % (number + 1),
                initial=name,
                max_length=120,
                required=False,
                widget=forms.TextInput(attrs={"list": "names"}),
                help_text=_("Object and action, such as Order Completed. Empty: nothing besides the answers."),
            )
        for number, column in enumerate(columns):
            self._column_fields(number, column["name"])

    @property
    def rules(self) -> list[str]:
        """The names of the interactions that the form can change."""
        rules = self.given.get("interactions", [])
        return [rule["name"] if isinstance(rule["name"], str) else "" for rule in rules]

    def _shared_choices(self, names: Sequence[str]) -> None:
        columns = [(name, name) for name in names]
        as_it_is = (AS_IT_IS, _("As the text of the mapping says"))
        time, customer = self._time(), self._customer()
        self.fields["time"].choices = [
            *columns,
            (NO_COLUMN, _("No column: one day for all rows")),
            *([as_it_is] if time["column"] == AS_IT_IS else []),
        ]
        known = list(dict.fromkeys(["iso", *FORMATS, "epoch", "epoch_ms", "excel", time["format"]]))
        self.fields["format"].choices = [(code, show_format(code)) for code in known if code != AS_IT_IS] + (
            [as_it_is] if time["format"] == AS_IT_IS else []
        )
        self.fields["zone"].choices = [(zone, zone) for zone in sorted(zoneinfo.available_timezones())]
        self.fields["customer"].choices = [
            (NO_COLUMN, _("No column says")),
            *columns,
            *([as_it_is] if customer == AS_IT_IS else []),
        ]
        anonymous = self._anonymous()
        self.fields["anonymous"].choices = [
            *((code, _(text)) for code, text in ANONYMOUS_WORDS.items()),
            *(
                []
                if anonymous in ANONYMOUS
                else [(anonymous, gettext("Tell them apart by %(column)s") % {"column": anonymous})]
            ),
        ]

    def _time(self) -> dict[str, str]:
        time = self.given.get("time", {"constant": ""})
        table = {"column": time} if isinstance(time, str) else time
        formats = table.get("formats", [table.get("format", "iso")])
        return {
            "column": table.get("column", AS_IT_IS if "template" in table else NO_COLUMN),
            "day": table.get("constant", ""),
            "format": formats[0] if len(formats) == 1 else AS_IT_IS,
            "zone": table.get("time_zone", self.given.get("time_zone", "UTC")),
        }

    def _customer(self) -> str:
        customer = self.given.get("customer", {})
        has_template = isinstance(customer, dict) and "template" in customer
        return column_of(customer) or (AS_IT_IS if has_template else NO_COLUMN)

    def _anonymous(self) -> str:
        customer = self.given.get("customer", {})
        return customer.get("anonymous", "refuse") if isinstance(customer, dict) else "refuse"

    def _start(self) -> dict[str, Any]:
        time = self._time()
        return {
            "time": time["column"],
            "day": time["day"][:10],
            "format": time["format"],
            "zone": time["zone"],
            "customer": self._customer(),
            "anonymous": self._anonymous(),
            "comma": self.given.get("numbers", {}).get("decimal") == ",",
        }

    def _column_fields(self, number: int, name: str) -> None:
        part = self.parts.get(name, Part())
        others = [] if part.role in ROLES else [(part.role, part.role)]
        choices = [*((role, _(ROLE_WORDS[role])) for role in ROLES), *others]
        label = gettext("What %(column)s is") % {"column": name}
        self.fields[f"role-{number}"] = forms.ChoiceField(label=label, choices=choices, initial=part.role)
        said = {"column": name}
        scale = show_scale(part.scale) if part.is_score else ""
        self.fields[f"scale-{number}"] = forms.RegexField(
            SCALE,
            label=gettext("Scale of %(column)s") % said,
            required=False,
            initial=scale,
            widget=forms.TextInput(attrs={"list": "scales", "size": 6}),
            error_messages={"invalid": _("Write the two ends of the scale, as in 1-5.")},
        )
        self.fields[f"missing-{number}"] = forms.CharField(
            label=gettext("Codes of %(column)s that mean “no answer”") % said,
            required=False,
            initial=", ".join(part.missing),
            max_length=500,
        )
        self.fields[f"about-{number}"] = forms.CharField(
            label=gettext("What %(column)s asks about") % said, required=False, initial=part.about, max_length=200
        )

    def column_rows(self) -> Iterator[dict[str, Any]]:
        """Each column with its fields, for the page; those in use first."""
        rows = [self._row(number, column) for number, column in enumerate(self.columns)]
        return iter(sorted(rows, key=lambda row: row["is_idle"]))

    def _row(self, number: int, column: dict[str, Any]) -> dict[str, Any]:
        name, role = column["name"], self[f"role-{number}"]
        code = role.value() or "ignore"
        shared = [label for field, label in SHARED.items() if self[field].value() == name]
        return {
            "column": column,
            "role": role,
            "shared": shared,
            "is_besides": name in self.besides and not shared,
            "is_idle": code == "ignore" and not shared and name not in self.besides,
            "is_score": Part(code).is_score and code in (*METRICS, self._own_role(column)),
            "scale": self[f"scale-{number}"],
            "missing": self[f"missing-{number}"],
            "about": self[f"about-{number}"],
        }

    def _own_role(self, column: dict[str, Any]) -> str:
        return self.parts.get(column["name"], Part()).role

    def name_fields(self) -> list[Any]:
        return [self[f"name-{number}"] for number in range(len(self.rules))]

    def shared_fields(self) -> list[Any]:
        return [self[name] for name in (*TIME_FIELDS, "customer", "anonymous") if name not in self._without_use()]

    def hidden_fields(self) -> list[Any]:
        return [self[name] for name in self._without_use()]

    def _without_use(self) -> tuple[str, ...]:
        return ("format",) if self["time"].value() == NO_COLUMN else ("day",)

    def wanted(self) -> dict[str, Part]:
        """What every column is for, as the form says."""
        return {column["name"]: self._part(number, column["name"]) for number, column in enumerate(self.columns)}

    def _part(self, number: int, name: str) -> Part:
        role, before = self.cleaned_data[f"role-{number}"], self.parts.get(name, Part())
        if not Part(role).is_score:
            return Part(role)
        given = self.cleaned_data[f"scale-{number}"]
        usual = (
            before.scale
            if before.role == role
            else (0.0, 10.0)
            if role == "nps"
            else (1.0, 7.0)
            if role == "ces"
            else (1.0, 5.0)
        )
        scale = read_scale(given) if given else usual
        missing = tuple(code.strip() for code in self.cleaned_data[f"missing-{number}"].split(",") if code.strip())
        return Part(role, scale, missing, self.cleaned_data[f"about-{number}"].strip())

    def document(self) -> dict[str, Any]:
        """The mapping's document as corrected. Raises :class:`~regard.base.Invalid` when two wishes clash."""
        document = with_parts(self._named(), self.wanted())
        self._put_time(document)
        self._put_customer(document)
        if self.cleaned_data["comma"] != (document.get("numbers", {}).get("decimal") == ","):
            document.pop("numbers", None)
            if self.cleaned_data["comma"]:
                document["numbers"] = {"decimal": ",", "thousands": "."}
        return document

    def _named(self) -> dict[str, Any]:
        document = deepcopy(self.given)
        kept = []
        for number, rule in enumerate(document.get("interactions", [])):
            name = self.cleaned_data[f"name-{number}"].strip()
            if isinstance(rule["name"], str):
                rule["name"] = name
            if rule["name"]:
                kept.append(rule)
        if "interactions" in document:
            document["interactions"] = kept
        return document

    def _put_time(self, document: dict[str, Any]) -> None:
        said, before = self.cleaned_data, self._start()
        if all(said[name] == before[name] for name in TIME_FIELDS) or said["time"] == AS_IT_IS:
            return
        has_column = said["time"] != NO_COLUMN
        if not has_column and not said["day"]:
            raise Invalid(gettext("Choose the column that says when it happened, or a day for all rows."), field="day")
        time: dict[str, Any] = {"column": said["time"]} if has_column else {"constant": said["day"]}
        if has_column and said["format"] == AS_IT_IS:
            time["formats"] = document["time"]["formats"]
        elif has_column and said["format"] != "iso":
            time["format"] = said["format"]
        if said["zone"] != "UTC" or "time_zone" in document:
            time["time_zone"] = said["zone"]
        document["time"] = time

    def _put_customer(self, document: dict[str, Any]) -> None:
        said, before = self.cleaned_data, self._start()
        if (said["customer"], said["anonymous"]) == (before["customer"], before["anonymous"]):
            return
        table = document.get("customer", {})
        table = {"column": table} if isinstance(table, str) else dict(table)
        if said["customer"] != AS_IT_IS:
            table.pop("template", None)
            table["column"] = "" if said["customer"] == NO_COLUMN else said["customer"]
        anonymous = said["anonymous"]
        if not table.get("column") and "template" not in table:
            table.pop("column", None)
            anonymous = "row" if anonymous == "refuse" else anonymous  # or else every row would be refused
        table["anonymous"] = anonymous
        document["customer"] = table


SCALE = r"^\s*(-?\d+(?:\.\d+)?)\s*[-–—]\s*(-?\d+(?:\.\d+)?)\s*$"


def read_scale(text: str) -> tuple[float, float]:
    """The two ends of a scale.

    >>> read_scale("0-10"), read_scale(" 1 – 5 ")
    ((0.0, 10.0), (1.0, 5.0))
    """
    low, high = re.match(SCALE, text).groups()
    return float(low), float(high)


def show_scale(scale: tuple[float, float]) -> str:
    return f"{scale[0]:g}-{scale[1]:g}"


def show_format(code: str) -> str:
    """A format by an example.

    >>> show_format("%d/%m/%Y %H:%M")
    '31/05/2026 14:05'
    """
    named = {
        "iso": "2026-05-31 14:05:09 (ISO 8601)",
        "epoch": gettext("Seconds since 1970"),
        "epoch_ms": gettext("Milliseconds since 1970"),
        "excel": gettext("Days as Excel counts them"),
    }
    return named.get(code) or EXAMPLE.strftime(code)
