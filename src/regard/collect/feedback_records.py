"""Feedback records in the shape of Formbricks Hub (its OpenAPI 1.1.0): one answer to one question, as an event of ours.

``nps``, ``csat`` and ``ces`` are scores; the scale is that of ``metadata.scale_min`` and ``metadata.scale_max``, else
the usual one of the metric. Other answers keep their value as a property. An answer is the same answer as long as its
tenant, submission and field are, so that sending it again changes nothing.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal
from uuid import UUID, uuid5

import msgspec

from regard.base import Invalid
from regard.base.words import said
from regard.collect.calls import NOTHING, RawEvent, Unusable, raw

Short = Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
FieldType = Literal["text", "categorical", "nps", "csat", "ces", "rating", "number", "boolean", "date"]
Number = Annotated[float, msgspec.Meta(ge=-1e15, le=1e15)]
SCALES: Final = {"nps": (0.0, 10.0), "csat": (1.0, 5.0), "ces": (1.0, 7.0)}
ANSWERED: Final = "Survey Answered"
_RECORDS: Final = UUID("5f0a7c3e-9d0b-4c43-8f0e-2f6f2f6f1c11")  # the name space of their ids


class FeedbackRecord(msgspec.Struct, omit_defaults=True):
    """What a sender creates."""

    field_id: Short
    field_type: FieldType
    source_type: Short
    submission_id: Short
    tenant_id: Short
    collected_at: str | None = None
    field_label: str | None = None
    field_group_id: str | None = None
    field_group_label: str | None = None
    source_id: str | None = None
    source_name: str | None = None
    user_id: str | None = None
    language: str | None = None
    value_text: str | None = None
    value_number: Number | None = None
    value_boolean: bool | None = None
    value_date: str | None = None
    value_id: str | None = None
    metadata: dict[str, Any] | None = None


_read: Final = msgspec.json.Decoder(FeedbackRecord).decode


def record_in(body: bytes) -> FeedbackRecord:
    """The record in a body. Raises Invalid that names the field."""
    try:
        return _read(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        field = str(error).rpartition("`$.")[2].rstrip("`") if "`$." in str(error) else None
        raise Invalid(said("the feedback record cannot be used: {error}", error=str(error)), field=field) from None


def record_id(record: FeedbackRecord) -> str:
    """The record's UUID: of its tenant, submission and field, which are unique together."""
    name = "\0".join((record.tenant_id, record.submission_id, record.field_id))
    return str(uuid5(_RECORDS, name))


def answer(record: FeedbackRecord, received_at: str) -> dict[str, Any]:
    """What a sender reads back: the record with its id and times."""
    stamps = {"id": record_id(record), "created_at": received_at, "updated_at": received_at}
    return {"collected_at": received_at, **msgspec.to_builtins(record), **stamps}


def event_of(text: bytes, _: str = "") -> RawEvent:
    """The event that a record is. Raises :class:`~regard.collect.calls.Unusable`."""
    try:
        record = _read(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unusable("not_a_feedback_record") from None
    return RawEvent(
        "track",
        record_id(record),
        record.user_id or None,
        None,
        ANSWERED,
        timestamp=record.collected_at,
        properties=raw(_properties(record)),
        context=raw({"feedbackRecord": record.metadata}) if record.metadata else NOTHING,
    )


def _properties(record: FeedbackRecord) -> dict[str, Any]:
    found = {
        "response_id": record.submission_id,
        "question_id": record.field_id,
        "question": record.field_label,
        "question_group": record.field_group_label or record.field_group_id,
        "touchpoint": record.source_name or record.source_type,
        "survey_id": record.source_id,
        "source_type": record.source_type,
        "tenant_id": record.tenant_id,
        "language": record.language,
        "text": record.value_text if record.field_type == "text" else None,
        "option_id": record.value_id,
    }
    return {name: value for name, value in (found | _value(record)).items() if value is not None}


def _value(record: FeedbackRecord) -> dict[str, Any]:
    """A score with its scale, or the plain value of an answer that is none."""
    if record.field_type in SCALES and record.value_number is not None:
        given = record.metadata or {}
        low, high = SCALES[record.field_type]
        return {
            "metric": record.field_type,
            "score": record.value_number,
            "scale_min": given.get("scale_min", low),
            "scale_max": given.get("scale_max", high),
        }
    label = record.value_text if record.field_type != "text" else None  # what was chosen is not in their own words
    values = (record.value_number, record.value_boolean, record.value_date, label)
    return {"value": next((value for value in values if value is not None), None), "field_type": record.field_type}
