"""Accounts: who may do what in which workspace. The science half is the table of roles and rights."""

from regard.accounts.model import RIGHTS, Right, Role, may_grant, rights_of

__all__ = ["RIGHTS", "Right", "Role", "may_grant", "rights_of"]
