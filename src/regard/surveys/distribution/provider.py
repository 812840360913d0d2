"""The SMS provider of this site: a file that the operator has written, and whose secrets stay in it."""

from __future__ import annotations

from pathlib import Path

import msgspec

from regard.base import Invalid
from regard.base.config import config
from regard.base.words import said
from regard.channels import Provider


def has_sms() -> bool:
    """Is there a provider at all?"""
    return bool(config().sms_provider)


def sms_provider() -> Provider:
    """The provider. Raises :class:`~regard.base.Invalid` where there is none or its file cannot be used; what the file
    says is not repeated, for it holds secrets."""
    path = config().sms_provider
    remedy = said("write it as docs/how-to/invite-customers.md shows")
    if not path:
        raise Invalid(said("no SMS provider is set up"), field="REGARD_SMS_PROVIDER", remedy=remedy)
    try:
        return msgspec.json.decode(Path(path).expanduser().read_bytes(), type=Provider)
    except (OSError, msgspec.DecodeError) as error:
        raise Invalid(
            said("the file of the SMS provider cannot be used"), field="REGARD_SMS_PROVIDER", remedy=remedy
        ) from error
