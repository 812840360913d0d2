"""An invitation as the message that goes out: the words of its language, the brand, the person's own links."""

from __future__ import annotations

from dataclasses import dataclass, field
from email.headerregistry import Address
from typing import Final

from django.conf import settings
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from regard.accounts.site import absolute
from regard.base.config import config
from regard.channels import Mail, Text, address
from regard.channels.site import default_sender
from regard.surveys.distribution.choosing import Asker
from regard.surveys.envelopes import return_path
from regard.surveys.mailing import Brand, Letter, Links, Recipient, Words
from regard.surveys.model import Questionnaire, languages_of
from regard.surveys.models import Invitation
from regard.surveys.preferring import PURPOSE, message_id
from regard.surveys.respond.languages import chosen_language, words_language
from regard.surveys.respond.shades import shades
from regard.surveys.respond.visiting import invitation_token, questionnaire_of
from regard.surveys.tokens import sign_id

TOKEN: Final = "TOKEN"  # noqa: S105 - stands where a token comes


def words_of(language: str) -> Words:
    """Our own sentences in the language nearest to this one."""
    ours = words_language(language)
    with translation.override(ours):
        return Words(
            language=ours,
            subject=_("{company}: {survey}"),
            reminder=_("Reminder: {subject}"),
            opening=_("Hello,\nmay we ask for your opinion? It takes a few minutes."),
            answer=_("Answer the questions"),
            yes=_("Yes"),
            no=_("No"),
            why=_("You get this message because you are in contact with {company}."),
            leave=_("Unsubscribe"),
            choose=_("Choose what you get"),
            privacy=_("Privacy"),
            sms=_("{company} asks for your opinion: {link} No more messages: {leave}"),
        )


def preferences_token(invitation: Invitation) -> str:
    """Stands for what the person who got this invitation wants; it does not end."""
    return sign_id(settings.SECRET_KEY, PURPOSE, invitation.public_id)


@dataclass
class Writer:
    """Writes the invitations of one asker; what they have in common is made once."""

    asker: Asker
    _letters: dict[str, Letter] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.questionnaire: Questionnaire = questionnaire_of(self.asker.survey.version.pk)
        self.languages = languages_of(self.questionnaire)
        self.sender = self._sender()
        self.domain = address(self.sender, "sender").domain
        names = ("respond:invited", "preferences:unsubscribe", "preferences:preferences", "preferences:opened")
        self.addresses = [absolute(reverse(name, args=[TOKEN])) for name in names]

    def mail(self, invitation: Invitation) -> Mail:
        """The mail of an invitation, or its reminder. Raises :class:`~regard.base.Invalid` for no address."""
        return self._letter(invitation).mail(self._recipient(invitation))

    def text(self, invitation: Invitation) -> Text:
        """The text message. Raises :class:`~regard.base.Invalid` for what is no number."""
        return self._letter(invitation).sms(self._recipient(invitation))

    def _letter(self, invitation: Invitation) -> Letter:
        language = chosen_language(self.languages, [invitation.language], "")
        if language not in self._letters:
            brand, terms = self._brand(), self.asker.terms
            self._letters[language] = Letter(
                self.questionnaire, terms, words_of(language), brand, language, self.sender
            )
        return self._letters[language]

    def _recipient(self, invitation: Invitation) -> Recipient:
        own = preferences_token(invitation)
        tokens = (invitation_token(invitation), own, own, own)
        links = [address.replace(TOKEN, token) for address, token in zip(self.addresses, tokens, strict=True)]
        if not self.asker.terms.is_opening_tracked:
            links[3] = ""
        return Recipient(
            invitation.address,
            invitation.traits,
            Links(*links),
            message_id(invitation.public_id, invitation.reminders, self.domain),
            is_reminder=invitation.reminders > 0,
            return_path=return_path(config().bounce_address, settings.SECRET_KEY, invitation.public_id),
        )

    def _brand(self) -> Brand:
        theme, name = self.asker.survey.theme, self.asker.workspace.name
        if theme is None:
            return Brand(self.asker.terms.sender_name or name)
        light, _dark = shades(theme.colour)
        logo = absolute(reverse("respond:logo", args=[self.asker.survey.key])) if theme.logo_type else ""
        company = theme.logo_text or self.asker.terms.sender_name or name
        return Brand(company, light.fill, light.text, logo, theme.privacy_url)

    def _sender(self) -> str:
        """The site's address, under the name of who asks. Raises Invalid for a name that no header can hold."""
        name = " ".join((self.asker.terms.sender_name or self.asker.workspace.name).split())
        site = address(default_sender(), "sender")
        return str(Address(name, site.username, site.domain)) if name.isprintable() else str(site)
