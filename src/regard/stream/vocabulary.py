"""The semantic names: the interactions that metrics read, with the columns each one needs.

Object-Action form, after Segment's published specs (track; e-commerce; B2B SaaS; live chat); where those are silent,
the same form. Any other name is welcome: it is simply a touchpoint.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class SemanticName:
    """A name with a meaning: what it says happened, and the columns without which it says nothing."""

    name: str
    about: str
    needs: tuple[str, ...] = ()


SURVEY_SENT: Final = "Survey Sent"
SURVEY_DELIVERED: Final = "Survey Delivered"
SURVEY_OPENED: Final = "Survey Opened"
SURVEY_STARTED: Final = "Survey Started"
SURVEY_ANSWERED: Final = "Survey Answered"
SURVEY_COMPLETED: Final = "Survey Completed"
ORDER_COMPLETED: Final = "Order Completed"
ORDER_REFUNDED: Final = "Order Refunded"
SUBSCRIPTION_STARTED: Final = "Subscription Started"
SUBSCRIPTION_RENEWED: Final = "Subscription Renewed"
SUBSCRIPTION_CANCELLED: Final = "Subscription Cancelled"
SUBSCRIPTION_EXPIRED: Final = "Subscription Expired"
TICKET_OPENED: Final = "Ticket Opened"
TICKET_REPLIED: Final = "Ticket Replied"
TICKET_REASSIGNED: Final = "Ticket Reassigned"
TICKET_RESOLVED: Final = "Ticket Resolved"
TICKET_REOPENED: Final = "Ticket Reopened"
TICKET_CLOSED: Final = "Ticket Closed"
REFERRAL_MADE: Final = "Referral Made"
REFERRAL_CONVERTED: Final = "Referral Converted"
COMPLAINT_MADE: Final = "Complaint Made"

_NAMES: Final = (
    SemanticName(SURVEY_ANSWERED, "A customer answered one question.", ("metric", "score", "scale_min", "scale_max")),
    SemanticName(SURVEY_SENT, "A survey was sent to a customer; the subject is the invitation.", ("subject",)),
    SemanticName(SURVEY_DELIVERED, "An invitation reached its address.", ("subject",)),
    SemanticName(SURVEY_OPENED, "An invitation was opened.", ("subject",)),
    SemanticName(SURVEY_STARTED, "Somebody began to fill in a survey.", ("subject",)),
    SemanticName(SURVEY_COMPLETED, "Somebody came to the end of a survey.", ("subject",)),
    SemanticName(ORDER_COMPLETED, "A customer bought something.", ("customer", "subject")),
    SemanticName(ORDER_REFUNDED, "A purchase was given back.", ("customer", "subject")),
    SemanticName("Order Shipped", "Goods left for the customer.", ("subject",)),
    SemanticName("Order Delivered", "Goods reached the customer.", ("subject",)),
    SemanticName("Product Viewed", "A customer looked at a product."),
    SemanticName("Page Viewed", "A customer looked at a page."),
    SemanticName(SUBSCRIPTION_STARTED, "A contract began; properties.expires_at says until when.", ("customer",)),
    SemanticName(SUBSCRIPTION_RENEWED, "A contract goes on; properties.expires_at says until when.", ("customer",)),
    SemanticName(SUBSCRIPTION_CANCELLED, "A contract was ended.", ("customer",)),
    SemanticName(SUBSCRIPTION_EXPIRED, "A contract ran out.", ("customer",)),
    SemanticName(TICKET_OPENED, "A customer asked for help.", ("subject",)),
    SemanticName(TICKET_REPLIED, "Somebody answered in a ticket; properties.by says agent or customer.", ("subject",)),
    SemanticName(TICKET_REASSIGNED, "A ticket went to another agent or group.", ("subject",)),
    SemanticName(TICKET_RESOLVED, "A ticket was solved.", ("subject",)),
    SemanticName(TICKET_REOPENED, "A solved ticket came back.", ("subject",)),
    SemanticName(TICKET_CLOSED, "A ticket was put away.", ("subject",)),
    SemanticName(REFERRAL_MADE, "A customer recommended the company to somebody.", ("customer",)),
    SemanticName(REFERRAL_CONVERTED, "A recommended person became a customer.", ("customer",)),
    SemanticName(COMPLAINT_MADE, "A customer complained."),
)

VOCABULARY: Final[dict[str, SemanticName]] = {item.name: item for item in _NAMES}
