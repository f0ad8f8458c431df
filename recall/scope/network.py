"""How far things spread in a directed graph that may have cycles, over numpy arrays.

Nodes are the numbers 0 … n-1. The edges of a node stand together (compressed sparse
rows), so a million of them are followed in a few array operations.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

Ints = np.ndarray[Any, np.dtype[np.int64]]
Floats = np.ndarray[Any, np.dtype[np.float64]]


@dataclass(frozen=True)
class Network:
    """Where one step leads from each node."""

    offsets: Ints
    """One more than there are nodes: node i has targets offsets[i] … offsets[i+1]-1."""
    targets: Ints

    @classmethod
    def from_edges(cls, size: int, sources: Ints, targets: Ints) -> "Network":
        """The graph of these edges; one that stands several times counts once."""
        bits = size.bit_length()
        edges = _distinct(sources << bits | targets)
        counts = np.bincount(edges >> bits, minlength=size)
        offsets = np.concatenate([[0], np.cumsum(counts)])
        return cls(offsets, edges & ((1 << bits) - 1))

    @property
    def size(self) -> int:
        return len(self.offsets) - 1

    @property
    def sources(self) -> Ints:
        """The start of each edge, beside ``targets``."""
        return np.repeat(np.arange(self.size), np.diff(self.offsets))

    def follow(self, nodes: Ints) -> tuple[Ints, Ints]:
        """Every edge from these nodes: which of ``nodes`` it starts from, and its end.

        >>> network = Network.from_edges(3, np.array([0, 0, 1]), np.array([1, 2, 2]))
        >>> [part.tolist() for part in network.follow(np.array([1, 0]))]
        [[0, 1, 1], [2, 1, 2]]
        """
        counts = self.offsets[nodes + 1] - self.offsets[nodes]
        which = np.repeat(np.arange(len(nodes)), counts)
        first = self.offsets[nodes] - (np.cumsum(counts) - counts)
        return which, self.targets[first[which] + np.arange(len(which))]

    def reached(self, seeds: Ints) -> Ints:
        """The seeds and every node they lead to, ascending."""
        found = np.zeros(self.size, bool)
        found[seeds] = True
        fresh = seeds
        while len(fresh):
            _, ends = self.follow(fresh)
            fresh = np.unique(ends[~found[ends]])
            found[fresh] = True
        return np.flatnonzero(found)


@dataclass(frozen=True)
class Layers:
    """A network without cycles: nodes that reach one another are one part."""

    part: Ints
    """The part of each node. Edges lead to parts of higher levels and numbers."""
    network: Network
    """Where one step leads from each part."""
    level: Ints
    """Steps of the longest way to each part, ascending."""

    @classmethod
    def of(cls, network: Network) -> "Layers":
        part = _parts(network)
        level = _levels(_joined(network, part))
        order = np.argsort(level, kind="stable")
        rank = np.empty_like(order)
        rank[order] = np.arange(len(order))
        return cls(rank[part], _joined(network, rank[part]), level[order])


def spread_totals(layers: Layers, seeds: Ints, weights: Floats) -> Floats:
    """For each seed, the sums of ``weights`` over all it reaches, itself included.

    ``weights`` has a row for each node. Pairs of a part and a seed that reaches it are
    carried along the edges, level by level: when a level's turn comes, all that can
    reach it is known, so no pair is carried twice. The cost grows with the number of
    such pairs.

    >>> ring = Network.from_edges(3, np.array([0, 1, 2]), np.array([1, 0, 1]))
    >>> weights = np.array([[1.0], [1.0], [1.0]])
    >>> spread_totals(Layers.of(ring), np.array([0, 2]), weights).tolist()
    [[2.0], [3.0]]
    """
    bits = len(seeds).bit_length()
    gains = np.zeros((layers.network.size, weights.shape[1]))
    np.add.at(gains, layers.part, weights)
    totals = np.zeros((len(seeds), weights.shape[1]))
    waiting: dict[int, list[Ints]] = defaultdict(list)
    _put(waiting, layers, layers.part[seeds] << bits | np.arange(len(seeds)), bits)
    while waiting:
        some = waiting.pop(min(waiting))
        pairs = some[0] if len(some) == 1 else _distinct(np.concatenate(some))
        parts, owners = pairs >> bits, pairs & ((1 << bits) - 1)
        for column in range(weights.shape[1]):
            gained = np.bincount(owners, gains[parts, column], len(seeds))
            totals[:, column] += gained
        which, ends = layers.network.follow(parts)
        _put(waiting, layers, ends << bits | owners[which], bits)
    return totals


def _put(
    waiting: dict[int, list[Ints]], layers: Layers, pairs: Ints, bits: int
) -> None:
    """Keep pairs by the level of their part, each once and sorted."""
    pairs = _distinct(pairs)
    levels = layers.level[pairs >> bits]
    for some in np.split(pairs, np.flatnonzero(np.diff(levels)) + 1):
        if len(some):
            waiting[int(layers.level[some[0] >> bits])].append(some)


def _joined(network: Network, part: Ints) -> Network:
    """The edges between different parts."""
    sources, targets = part[network.sources], part[network.targets]
    across = sources != targets
    size = int(part.max(initial=-1)) + 1
    return Network.from_edges(size, sources[across], targets[across])


def _distinct(numbers: Ints) -> Ints:
    """Each number once, ascending; on long arrays faster than ``np.unique``."""
    numbers = np.sort(numbers)
    keep = np.ones(len(numbers), bool)
    np.not_equal(numbers[1:], numbers[:-1], out=keep[1:])
    return numbers[keep]


def _levels(network: Network) -> Ints:
    """Steps of the longest way to each node; -1 on a cycle or behind one."""
    levels = np.full(network.size, -1)
    missing = np.bincount(network.targets, minlength=network.size)
    ready, step = np.flatnonzero(missing == 0), 0
    while len(ready):
        levels[ready] = step
        _, ends = network.follow(ready)
        nodes, counts = np.unique(ends, return_counts=True)
        missing[nodes] -= counts
        ready, step = nodes[missing[nodes] == 0], step + 1
    return levels


def _parts(network: Network) -> Ints:
    """A number for each node, the same for nodes that reach one another."""
    sources, targets = network.sources, network.targets
    nodes = np.arange(network.size)
    # A node before or behind all cycles is a part of its own, and nearly all are: what
    # is left for the slow walk is small.
    for _ in range(2):
        tangled = _levels(Network.from_edges(network.size, sources, targets)) < 0
        inside = tangled[sources] & tangled[targets]
        sources, targets = targets[inside], sources[inside]  # then from the other end
    core = np.unique(sources)
    inside = np.isin(targets, core)
    few = Network.from_edges(
        len(core),
        np.searchsorted(core, sources[inside]),
        np.searchsorted(core, targets[inside]),
    )
    nodes[core] = core[_heads(few)]
    return np.unique(nodes, return_inverse=True)[1]


def _heads(network: Network) -> list[int]:
    """For each node one of those it is on cycles with (Gabow, 2000, without calls)."""
    offsets, targets = network.offsets.tolist(), network.targets.tolist()
    position = [-1] * network.size
    head = [-1] * network.size
    opened: list[int] = []
    bounds: list[int] = []
    path: list[tuple[int, Iterator[int]]] = []

    def enter(node: int) -> None:
        position[node] = len(opened)
        bounds.append(len(opened))
        opened.append(node)
        path.append((node, iter(targets[offsets[node] : offsets[node + 1]])))

    for root in range(network.size):
        if position[root] < 0:
            enter(root)
        while path:
            node, ahead = path[-1]
            for target in ahead:
                if position[target] < 0:
                    enter(target)
                    break
                while head[target] < 0 and bounds[-1] > position[target]:
                    bounds.pop()
            else:
                path.pop()
                if bounds[-1] == position[node]:
                    bounds.pop()
                    for one in opened[position[node] :]:
                        head[one] = node
                    del opened[position[node] :]
    return head
