"""Goods that have to go somewhere: as many as fit, at the least cost.

A network of arcs with room. What is filled in goes from ``SOURCE`` to ``SINK``, always
along a cheapest path that is left, shifting what lies in its way: successive shortest
paths (Busacker and Gowen, 1960). It takes as many rounds as there are groups of goods
and heaps of room, however many units these are.
"""

SOURCE, SINK = 0, 1
_FAR = 2**60


class Network:
    """Nodes by number, and arcs, each beside its reverse: arc n and arc n ^ 1.

    >>> network = Network()
    >>> packs, store = network.node(), network.node()
    >>> network.join(SOURCE, packs, 5)
    >>> network.join(packs, store, 5)
    >>> network.join(store, SINK, 3)
    >>> network.fill()
    (3, 0)
    """

    def __init__(self) -> None:
        self._arcs: list[list[int]] = [[], []]
        """By node, the arcs that leave it."""
        self._to: list[int] = []
        self._room: list[int] = []
        self._cost: list[int] = []

    def node(self) -> int:
        """One more node."""
        self._arcs.append([])
        return len(self._arcs) - 1

    def join(self, tail: int, head: int, room: int, cost: int = 0) -> None:
        """An arc that takes so many units, each at a cost of nothing or more."""
        number = len(self._to)
        self._arcs[tail].append(number)
        self._arcs[head].append(number + 1)
        self._to += (head, tail)
        self._room += (room, 0)
        self._cost += (cost, -cost)

    def fill(self) -> tuple[int, int]:
        """Send as many units as go, at the least cost: how many, and the cost."""
        units = total = 0
        while path := self._cheapest():
            many = min(self._room[arc] for arc in path)
            for arc in path:
                self._room[arc] -= many
                self._room[arc ^ 1] += many
            units += many
            total += many * sum(self._cost[arc] for arc in path)
        return units, total

    def _cheapest(self) -> list[int]:
        """The arcs of a cheapest path with room, the last first; empty when none is."""
        to, room, costs_of, arcs = self._to, self._room, self._cost, self._arcs
        costs = [_FAR] * len(arcs)
        came = [-1] * len(arcs)
        costs[SOURCE] = 0
        waiting = [SOURCE]
        for here in waiting:  # grows while it is walked: Bellman, Ford and Moore
            paid = costs[here]
            for arc in arcs[here]:
                if room[arc]:
                    there, cost = to[arc], paid + costs_of[arc]
                    if cost < costs[there]:
                        costs[there], came[there] = cost, arc
                        waiting.append(there)
        path: list[int] = []
        node = SINK
        while came[node] >= 0:
            path.append(came[node])
            node = to[came[node] ^ 1]
        return path
