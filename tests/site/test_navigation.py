"""The side navigation leads somewhere, and only where one may go."""

import pytest
from django.urls import resolve, reverse

from regard.accounts import Role, rights_of
from regard.accounts.site import access_of
from regard.wiring import NAVIGATION


@pytest.mark.parametrize("place", NAVIGATION, ids=lambda place: place.url)
def test_every_place_exists_and_asks_for_the_right_that_it_is_shown_for(place) -> None:
    view = resolve(reverse(place.url, args=["harbour"])).func
    assert access_of(view).right == place.right


@pytest.mark.parametrize("role", Role)
def test_nobody_is_shown_a_place_that_is_closed_to_them(signed_in, role: Role) -> None:
    page = signed_in(role.value).get("/w/harbour/")
    shown = [entry["label"] for entry in page.context["navigation"]]
    assert shown == [place.label for place in NAVIGATION if place.right in rights_of(role)]
