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


SURVEY_ANSWERED: Final = "Survey Answered"
ORDER_COMPLETED: Final = "Order Completed"
ORDER_REFUNDED: Final = "Order Refunded"
SUBSCRIPTION_STARTED: Final = "Subscription Started"
SUBSCRIPTION_CANCELLED: Final = "Subscription Cancelled"
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
    SemanticName("Survey Sent", "A survey was sent to a customer.", ("subject",)),
    SemanticName(ORDER_COMPLETED, "A customer bought something.", ("customer", "subject")),
    SemanticName(ORDER_REFUNDED, "A purchase was given back.", ("customer", "subject")),
    SemanticName("Order Shipped", "Goods left for the customer.", ("subject",)),
    SemanticName("Order Delivered", "Goods reached the customer.", ("subject",)),
    SemanticName("Product Viewed", "A customer looked at a product."),
    SemanticName("Page Viewed", "A customer looked at a page."),
    SemanticName(SUBSCRIPTION_STARTED, "A contract began.", ("customer",)),
    SemanticName(SUBSCRIPTION_CANCELLED, "A contract ended.", ("customer",)),
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
