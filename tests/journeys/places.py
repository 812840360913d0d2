"""Every place there is, by name: what the sound-page checks walk through."""

from __future__ import annotations

from regard.base.ids import profile_number

METRICS = ("csat", "nps", "ces", "retention", "churn", "fcr", "art", "referral")
COMPANIONS = (
    "first_response",
    "repeat_contact",
    "handovers",
    "complaints",
    "response_rate",
    "order_value",
    "customer_value",
)

OUTSIDE = {
    "sign in": "/account/login/",
    "forgotten password": "/account/password/reset/",
    "a link that is gone": "/invitation/nothing/",
}
OWN = {
    "workspaces": "/workspaces/",
    "new workspace": "/workspaces/new/",
    "account": "/account/",
    "e-mail address": "/account/email/",
    "set a password": "/account/password/set/",
    "two-step sign-in": "/account/2fa/",
    "set up an authenticator": "/account/2fa/totp/activate/",
    "sign out": "/account/logout/",
    "nowhere": "/w/nowhere/",
}
FIGURES = {f"{metric} figures": f"/w/simulated/metrics/{metric}/?by=channel" for metric in METRICS}
VIEWS = {
    f"{metric} {view}": f"/w/simulated/metrics/{metric}/{view}/?by=channel"
    for metric in METRICS
    for view in ("compare", "why", "definition", "rows")
}
BESIDE = {f"{metric} figures": f"/w/simulated/metrics/{metric}/" for metric in COMPANIONS}
WORKSPACE = {
    "overview": "/w/simulated/",
    "overview of all data": "/w/simulated/?period=all",
    "overview with filters that cannot be used": "/w/simulated/?from=never&where=planet%3DMars",
    "overview of the airport": "/w/airport/",
    "airport by touchpoint": "/w/airport/metrics/csat/?by=touchpoint",
    "imports": "/w/simulated/imports/",
    "history of the airport": "/w/airport/imports/",
    "hand in files": "/w/simulated/imports/new/",
    "definitions": "/w/simulated/settings/metrics/",
    "business hours": "/w/simulated/settings/metrics/hours/",
    "members": "/w/simulated/members/",
    "audit log": "/w/harbour/audit/",
    "settings": "/w/simulated/settings/",
    "empty overview": "/w/empty/",
    "empty metric": "/w/empty/metrics/nps/",
    "empty imports": "/w/empty/imports/",
    "empty audit log": "/w/airport/audit/",
} | {f"definition of {metric}": f"/w/simulated/settings/metrics/{metric}/" for metric in METRICS}
# customer-003322 and customer-000001: a profile's number is made of its identifier, and stays.
ONE, OTHER = profile_number("customer-003322"), profile_number("customer-000001")
PEOPLE = {
    "people": "/w/simulated/people/",
    "people found": "/w/simulated/people/?q=customer-0033",
    "a person": f"/w/simulated/people/{ONE}/",
    "a person by thread": f"/w/simulated/people/{ONE}/?by=thread",
    "identity": f"/w/simulated/people/{ONE}/identity/",
    "who is the same person": f"/w/simulated/people/?into={ONE}",
    "a merge": f"/w/simulated/people/{ONE}/merge/{OTHER}/",
    "companies": "/w/simulated/people/companies/",
    "suggestions": "/w/simulated/people/suggestions/",
    "no people": "/w/empty/people/",
}
EVERYWHERE = OUTSIDE | OWN | WORKSPACE | PEOPLE | FIGURES | VIEWS | BESIDE
# One page of each kind, for what is the same whichever metric a page is about.
KINDS = (
    OUTSIDE
    | OWN
    | WORKSPACE
    | PEOPLE
    | FIGURES
    | {name: path for name, path in VIEWS.items() if name.startswith("nps")}
)
