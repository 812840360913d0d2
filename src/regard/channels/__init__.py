"""Channels: mails and text messages on their way out, reports of what became of them, and requests to addresses that
people set up. Science; :mod:`regard.channels.site` sends by the server that the settings name."""

from regard.channels.bounces import LARGEST as LARGEST_REPORT
from regard.channels.bounces import Kind, Reason, Report, read_reports, reason_of
from regard.channels.decoding import words_in
from regard.channels.email import mime
from regard.channels.message import Fate, Mail, Outcome, Text, address, ascii_domain
from regard.channels.outgoing import Answer, Request, fetch
from regard.channels.replies import Replies, Reply, is_authentic, read_reply, wants_to_stop
from regard.channels.sms import Encoding, Provider, Segments, segments, send_text

__all__ = [
    "LARGEST_REPORT",
    "Answer",
    "Encoding",
    "Fate",
    "Kind",
    "Mail",
    "Outcome",
    "Provider",
    "Reason",
    "Replies",
    "Reply",
    "Report",
    "Request",
    "Segments",
    "Text",
    "address",
    "ascii_domain",
    "fetch",
    "is_authentic",
    "mime",
    "read_reply",
    "read_reports",
    "reason_of",
    "segments",
    "send_text",
    "wants_to_stop",
    "words_in",
]
