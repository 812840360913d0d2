"""Other identity rules for all the evidence there is: what they would change, and changing them, exactly."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from regard.base.events import publish
from regard.profiles.model import LinkState
from regard.profiles.partition import groups_of
from regard.profiles.resolving import Resolution, deciding, resolve_again
from regard.profiles.rules import IdentityRules, as_body, rules_of, rules_record
from regard.stream import Batch, Store


@dataclass(frozen=True)
class RulesChange:
    """What rules change when all the evidence is read again by them."""

    resolution: Resolution

    @cached_property
    def profiles(self) -> int:
        """The profiles of now that gain or lose identifiers, or get another number."""
        now, then = self.resolution.before, self.resolution.after
        left = {now[key] for key in self.resolution.moves}
        joined = {then[key] for key in self.resolution.moves} & set(now.values())
        return len(left | joined)

    @property
    def merged(self) -> int:
        """The profiles that would be gone into another."""
        groups = groups_of(self.resolution.after).values()
        return sum(len({self.resolution.before[key] for key in keys}) - 1 for keys in groups)

    @property
    def split(self) -> int:
        """The profiles that would fall apart."""
        return len(self.resolution.split)

    @property
    def identifiers(self) -> int:
        """The identifiers whose interactions would belong to another profile."""
        return len(self.resolution.moves)

    @property
    def links(self) -> dict[LinkState, int]:
        """The links that would be in another state, by the state they would be in."""
        states = [link.state for link in self.resolution.links]
        return {state: states.count(state) for state in LinkState if state in states}


def preview_rules(store: Store, rules: IdentityRules) -> RulesChange:
    """What these rules would change, before anything is written."""
    return RulesChange(resolve_again(store, rules))


def change_rules(store: Store, rules: IdentityRules, made_by: str | None = None, *, workspace: str = "") -> RulesChange:
    """Keep these rules and read all the evidence again by them, in one transaction.

    Evidence is kept whatever rules say of it, so that going back to the former rules brings back the former profiles.
    What was blocked when it arrived is not evidence, and stays passed over. Raises Invalid for rules that cannot be
    used.
    """
    with deciding(store):
        record = rules_record(rules, made_by)
        change = preview_rules(store, rules)
        if record.body != as_body(rules_of(store)) or change.resolution.links or change.resolution.moves:
            store.append(Batch(records=[record], changes=change.resolution.changes, moves=change.resolution.moves))
    for news in change.resolution.news(workspace):
        publish(news)
    return change
