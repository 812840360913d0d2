"""Small groups are not shown, nor is any figure that would reveal them by subtraction from a total.

What is protected, and against whom. A figure of a group (or of a filter) that rests on fewer than ``minimum_n`` is
withheld. The reader is taken to know every total that another question tells: everybody's figure in each period, with
or without ``every``, is always shown, and so is a group's over all the periods, unless the break-down by group alone
withholds it. Totals therefore never absorb a suppression; other cells do (complementary suppression: Cox 1980, *JASA*
75). Where everybody in a period is fewer than ``minimum_n``, all its groups are withheld, the empty ones too: the
total is told, but not whose it is. With one group only there is nothing to hide behind: its figure is the total.

A two-way table with its totals known is a graph: a line of it (a period, a group) is a node, a withheld cell an edge
between its two lines. The totals determine a withheld cell exactly when its edge lies on no cycle (Gusfield 1988,
*SIAM Journal on Computing* 17), so every withheld cell is closed into the cheapest cycle.

Not protected: ranges of dates that overlap, chosen by hand and subtracted from one another (see docs/why/privacy.md).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Hashable, Iterable, Mapping
from dataclasses import replace
from heapq import heappop, heappush
from typing import TypeVar

from regard.metrics.model import Estimate

BELOW_MINIMUM = "below_minimum_n"
WOULD_REVEAL = "would_reveal_another_group"

Part = TypeVar("Part", bound=Hashable)
Node = tuple[str, Hashable]
Cell = tuple[Hashable, Hashable]
"""A period and a group."""

ALL: Node = ("all", None)


def withheld_groups(sizes: Mapping[Part, int], minimum_n: int, also: Collection[Part] = ()) -> dict[Part, str]:
    """Which parts of one total are withheld, and why: the small ones (and ``also``), and the smallest beside them.

    >>> withheld_groups({"web": 90, "phone": 40, "fax": 3}, 5)
    {'fax': 'below_minimum_n', 'phone': 'would_reveal_another_group'}
    """
    if 0 < sum(sizes.values()) < minimum_n:
        return dict.fromkeys(sizes, BELOW_MINIMUM)
    hidden = {part: BELOW_MINIMUM for part, n in sizes.items() if 0 < n < minimum_n or part in also}
    shown = sorted(
        (part for part, n in sizes.items() if n and part not in hidden), key=lambda part: _order(sizes, part)
    )
    while hidden and shown and (len(hidden) < 2 or sum(sizes[part] for part in hidden) < minimum_n):
        hidden[shown.pop(0)] = WOULD_REVEAL
    return hidden


def withheld_by_period(sizes: Mapping[Cell, int], minimum_n: int, also: Collection[Cell] = ()) -> dict[Cell, str]:
    """Which cells of a table of periods and groups are withheld, and why, when its totals are known (see above)."""
    table = _Table(sizes, minimum_n, also)
    table.close()
    return table.hidden


def _order(sizes: Mapping[Part, int], part: Part) -> tuple[int, str]:
    return sizes[part], str(part)


class _Table:
    """A table while it is decided what to withhold. ``hidden`` grows; the totals stay as they are."""

    def __init__(self, sizes: Mapping[Cell, int], minimum_n: int, also: Collection[Cell]):
        self.sizes, self.least = sizes, minimum_n
        self.lines: dict[Node, list[Cell]] = {}
        for cell in sizes:
            for node in _ends(cell):
                self.lines.setdefault(node, []).append(cell)
        totals = {node: sum(sizes[cell] for cell in cells) for node, cells in self.lines.items()}
        groups = {node: n for node, n in totals.items() if node[0] == "group"}
        self.untold = set(withheld_groups(groups, minimum_n))
        few = {node for node, n in totals.items() if node[0] == "period" and 0 < n < minimum_n}
        small = [c for c, n in sizes.items() if 0 < n < minimum_n or c in also or few & set(_ends(c))]
        self.hidden = dict.fromkeys(small, BELOW_MINIMUM)
        self.dearest = 1 + sum(sizes.values())

    def close(self) -> None:
        """Withhold more until no withheld cell, and no small sum of withheld cells, follows from the totals."""
        # What no cycle can close (one group, one period) has nothing to hide behind.
        hopeless: set[Cell] = set()
        while True:
            exposed = [edge for edge in bridges(self._edges()) if edge not in hopeless]
            if exposed:
                edge = min(exposed, key=str)
                path = self._cheapest_way(edge)
                hopeless |= {edge} if path is None else set()
                self._hide(path or ())
            elif not self._fill_small_lines():
                return

    def _hide(self, cells: Iterable[Cell]) -> None:
        new = [cell for cell in cells if cell in self.sizes and cell not in self.hidden]
        self.hidden |= dict.fromkeys(new, WOULD_REVEAL)

    def _fill_small_lines(self) -> bool:
        """A total less what is shown must not leave a few people, even if they are of several groups."""
        before = len(self.hidden)
        for cells in (cells for node, cells in self.lines.items() if node not in self.untold):
            shown = [cell for cell in cells if self.sizes[cell] and cell not in self.hidden]
            shown.sort(key=lambda cell: _order(self.sizes, cell), reverse=True)
            while shown and 0 < sum(self.sizes[cell] for cell in cells if cell in self.hidden) < self.least:
                self._hide([shown.pop()])
        return len(self.hidden) > before

    def _edges(self) -> Iterable[tuple[Cell, Node, Node]]:
        """What the reader does not know: withheld cells, and the groups whose total is not told."""
        for cell in self.hidden:
            yield cell, *_ends(cell)
        for node in self.untold:
            yield (ALL, node), ALL, node

    def _cheapest_way(self, edge: Cell) -> list[Cell] | None:
        """The cells that close an edge into a cycle and cost the fewest people; empty ones are the last resort."""
        start, end = edge if edge not in self.sizes else _ends(edge)
        cells = [(cell, *_ends(cell), self._cost(cell)) for cell in self.sizes if cell != edge]
        totals = [((ALL, node), ALL, node, 0) for node in self.untold if (ALL, node) != edge]
        ways: dict[Node, list[tuple[Node, Cell, int]]] = {}
        for cell, one, other, cost in (*cells, *totals):
            ways.setdefault(one, []).append((other, cell, cost))
            ways.setdefault(other, []).append((one, cell, cost))
        return cheapest_path(lambda node: ways.get(node, ()), start, end)  # type: ignore[arg-type]

    def _cost(self, cell: Cell) -> int:
        return 0 if cell in self.hidden else self.least + (self.sizes[cell] or self.dearest)


def _ends(cell: Cell) -> tuple[Node, Node]:
    return ("period", cell[0]), ("group", cell[1])


def bridges(edges: Iterable[tuple[Cell, Node, Node]]) -> list[Cell]:
    """The edges that lie on no cycle: those of a spanning forest that no edge outside it bypasses (Tarjan 1974).

    >>> bridges([((1, 2), "a", "b"), ((2, 3), "b", "c"), ((3, 1), "c", "a"), ((3, 4), "c", "d")])
    [(3, 4)]
    """
    known = list(edges)
    forest = _forest(known)
    tree: dict[Cell, Up | None] = {up[1]: up for up in forest.values() if up is not None}
    for name, one, other in known:
        while name not in tree and one != other:
            if _depth(forest, one) < _depth(forest, other):
                one, other = other, one
            up = forest[one]
            if up is None:
                break
            one, bypassed, _ = up
            tree[bypassed] = None
    return [name for name, up in tree.items() if up is not None]


Up = tuple[Node, Cell, int]
"""A node's parent in a forest, the edge that leads there, and how deep the node lies."""


def _forest(edges: Iterable[tuple[Cell, Node, Node]]) -> dict[Node, Up | None]:
    """A spanning forest, breadth first; roots have no way up."""
    ways: dict[Node, list[tuple[Node, Cell]]] = {}
    for name, one, other in edges:
        ways.setdefault(one, []).append((other, name))
        ways.setdefault(other, []).append((one, name))
    found: dict[Node, Up | None] = {}
    for root in ways:
        queue = deque() if root in found else deque([root])
        found.setdefault(root, None)
        while queue:
            node = queue.popleft()
            for other, name in ways[node]:
                if other not in found:
                    found[other] = node, name, _depth(found, node) + 1
                    queue.append(other)
    return found


def _depth(forest: Mapping[Node, Up | None], node: Node) -> int:
    up = forest[node]
    return up[2] if up else 0


def cheapest_path(
    ways: Callable[[Node], Iterable[tuple[Node, Cell, int]]], start: Node, end: Node
) -> list[Cell] | None:
    """The edges of the cheapest path between two nodes (Dijkstra 1959), None when there is none."""
    queue: list[tuple[int, str, Node, tuple[Cell, ...]]] = [(0, "", start, ())]
    done: set[Node] = set()
    while queue:
        cost, _, node, path = heappop(queue)
        if node == end:
            return list(path)
        if node in done:
            continue
        done.add(node)
        for other, edge, price in ways(node):
            if other not in done:
                heappush(queue, (cost + price, f"{other}{len(queue)}", other, (*path, edge)))
    return None


def suppress(groups: Mapping[str, Estimate], minimum_n: int) -> dict[str, Estimate]:
    """The same groups with the withheld ones emptied of every number, their size included."""
    hidden = withheld_groups({group: one.n for group, one in groups.items()}, minimum_n)
    return {group: withhold(one, hidden[group]) if group in hidden else one for group, one in groups.items()}


def withhold(estimate: Estimate, reason: str = BELOW_MINIMUM) -> Estimate:
    """An estimate without its numbers: not the value, not the bounds, and not how many there are."""
    return replace(estimate, value=None, low=None, high=None, n=0, n_effective=None, withheld=reason)
