"""Roles and rights."""

import itertools

import pytest

from regard.accounts import RIGHTS, Right, Role, may_grant, rights_of


def test_every_role_has_its_row_and_each_has_less_than_the_one_above() -> None:
    assert list(RIGHTS) == list(Role)
    rows = list(RIGHTS.values())
    assert all(below < above for above, below in itertools.pairwise(rows))


def test_viewers_see_no_personal_data_and_take_nothing_away() -> None:
    assert rights_of("viewer") == {Right.VIEW_METRICS}


def test_only_owners_manage_the_workspace() -> None:
    assert [role for role in Role if Right.MANAGE_WORKSPACE in rights_of(role)] == [Role.OWNER]


@pytest.mark.parametrize("granter", Role)
@pytest.mark.parametrize("role", Role)
def test_nobody_hands_out_rights_that_they_do_not_have(granter: Role, role: Role) -> None:
    if may_grant(granter, role):
        assert rights_of(role) <= rights_of(granter)
        assert Right.MANAGE_MEMBERS in rights_of(granter)
