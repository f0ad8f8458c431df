"""The trace picture: lots as boxes from left to right, their uses as curves.

A column that would grow too long ends in one box "and 37 more": a picture that nobody
can take in hides what matters. The lots in danger never hide there.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from ...trace.production.genealogy import Edge, Genealogy, Node

BOX_WIDTH, BOX_HEIGHT = 208, 82
COLUMN, ROW = 340, 104
"""From box to box, in pixels."""
MARGIN = 12
MOST_IN_COLUMN = 10
BEND = 80
"""How far a curve swings out that stays in its column."""


@dataclass(frozen=True, slots=True)
class Box:
    """A lot in the picture, or several; ``x`` and ``y`` are its top left corner."""

    nodes: tuple[Node, ...]
    x: int
    y: int

    @property
    def node(self) -> Node | None:
        """The lot, when it is one."""
        return self.nodes[0] if len(self.nodes) == 1 else None

    @property
    def depth(self) -> int:
        return self.nodes[0].depth


@dataclass(frozen=True, slots=True)
class Curve:
    """Something of one lot that went into another."""

    kind: str
    uses: int
    quantity: int | None
    """In ``unit``; None for uses of several inputs, which do not add up."""
    unit: str
    article: str
    """Kind of what was used, e.g. ``packaging``."""
    path: str
    """SVG path data."""
    x: int
    y: int
    """Where its quantity stands."""
    anchor: str
    """Which end of the quantity's text that is: ``start`` or ``end``."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    curves: tuple[Curve, ...]


def draw(
    genealogy: Genealogy,
    first: Collection[int] = (),
    most: int | None = MOST_IN_COLUMN,
) -> Picture:
    """Place the lots in columns by their distance from the one asked for.

    ``first`` are the lots, by id, that are shown before others when a column would have
    more than ``most`` boxes; None draws them all.
    """
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in genealogy.nodes:
        columns[node.depth].append(node)
    heights = _in_order(columns, genealogy.edges)
    groups = {
        depth: _fold(nodes, heights, _used(genealogy.edges), first, most)
        for depth, nodes in columns.items()
    }
    tallest = max(map(len, groups.values()))
    height = tallest * ROW - (ROW - BOX_HEIGHT) + 2 * MARGIN
    boxes = []
    for depth, group in sorted(groups.items()):
        top = (height - len(group) * ROW + ROW - BOX_HEIGHT) // 2
        x = MARGIN + (depth - min(columns)) * COLUMN
        boxes += [Box(some, x, top + row * ROW) for row, some in enumerate(group)]
    width = (max(columns) - min(columns)) * COLUMN + BOX_WIDTH + 2 * MARGIN
    of_lot = {node.lot_id: box for box in boxes for node in box.nodes}
    last = max(box.x for box in boxes)
    if any(
        of_lot[edge.input_id].x == last == of_lot[edge.output_id].x
        for edge in genealogy.edges
    ):
        width += 2 * BEND  # a curve and its quantity stand there
    return Picture(width, height, tuple(boxes), _curves(genealogy.edges, of_lot))


def _fold(
    nodes: list[Node],
    heights: Mapping[int, float],
    used: Mapping[int, int],
    first: Collection[int],
    most: int | None,
) -> list[tuple[Node, ...]]:
    """The boxes of a column from top to bottom, what is too much in one at the end."""
    ordered = sorted(nodes, key=lambda node: heights[node.lot_id])
    if most is None or len(ordered) <= most:
        return [(node,) for node in ordered]
    ranked = sorted(
        ordered, key=lambda node: (node.lot_id not in first, -used[node.lot_id])
    )
    kept = {node.lot_id for node in ranked[: most - 1]}
    shown = [(node,) for node in ordered if node.lot_id in kept]
    return [*shown, tuple(node for node in ordered if node.lot_id not in kept)]


def _used(edges: tuple[Edge, ...]) -> dict[int, int]:
    """How many uses a lot takes part in."""
    counts: dict[int, int] = defaultdict(int)
    for edge in edges:
        counts[edge.input_id] += 1
        counts[edge.output_id] += 1
    return counts


def _in_order(
    columns: Mapping[int, list[Node]], edges: tuple[Edge, ...]
) -> dict[int, float]:
    """Where in its column a lot stands best: beside what it is joined to, seen from the
    middle outward, so that curves seldom cross."""
    joined: dict[int, list[int]] = defaultdict(list)
    for edge in edges:
        joined[edge.input_id].append(edge.output_id)
        joined[edge.output_id].append(edge.input_id)
    heights: dict[int, float] = {}
    for depth in sorted(columns, key=abs):
        wanted = {
            node.lot_id: _middle(
                [heights[n] for n in joined[node.lot_id] if n in heights]
            )
            for node in columns[depth]
        }
        ordered = sorted(
            columns[depth], key=lambda n: (wanted[n.lot_id], n.kind, n.article, n.code)
        )
        for row, node in enumerate(ordered):
            heights[node.lot_id] = (row + 0.5) / len(ordered)
    return heights


def _middle(heights: list[float]) -> float:
    return sum(heights) / len(heights) if heights else 0.5


def _curves(edges: tuple[Edge, ...], boxes: Mapping[int, Box]) -> tuple[Curve, ...]:
    """One curve for all uses of a kind between two boxes."""
    grouped: dict[tuple[Box, Box, str], list[Edge]] = defaultdict(list)
    for edge in edges:
        start, end = boxes[edge.input_id], boxes[edge.output_id]
        if start is not end:
            grouped[start, end, edge.kind].append(edge)
    return tuple(_curve(*key, some) for key, some in grouped.items())


def _curve(start: Box, end: Box, kind: str, edges: list[Edge]) -> Curve:
    one_input = kind != "tank" and len({edge.input_id for edge in edges}) == 1
    quantity = sum(edge.quantity for edge in edges) if one_input else None
    path, x, y, anchor = (_beside if start.x == end.x else _across)(start, end)
    used = _node(start, edges[0].input_id)
    return Curve(kind, len(edges), quantity, used.unit, used.kind, path, x, y, anchor)


def _node(box: Box, lot_id: int) -> Node:
    return next(node for node in box.nodes if node.lot_id == lot_id)


def _across(start: Box, end: Box) -> tuple[str, int, int, str]:
    """From one column to another, backwards when a lot went back into an earlier one;
    and where the quantity stands."""
    ahead = start.x < end.x
    x1, y1 = start.x + (BOX_WIDTH if ahead else 0), start.y + BOX_HEIGHT // 2
    x2, y2 = end.x + (0 if ahead else BOX_WIDTH), end.y + BOX_HEIGHT // 2
    middle = (x1 + x2) // 2
    path = f"M{x1} {y1}C{middle} {y1} {middle} {y2} {x2} {y2}"
    # Beside the outer end, where curves that meet in one box are still apart, on the
    # side the curve does not bend to.
    from_start = abs(start.depth) >= abs(end.depth)
    outer, inner = (start, end) if from_start else (end, start)
    y = outer.y + BOX_HEIGHT // 2 + (-7 if inner.y >= outer.y else 16)
    if outer.x < inner.x:
        return path, outer.x + BOX_WIDTH + 8, y, "start"
    return path, outer.x - 12, y, "end"


def _beside(start: Box, end: Box) -> tuple[str, int, int, str]:
    """Within a column a curve swings out to the right."""
    x, y1, y2 = (
        start.x + BOX_WIDTH,
        start.y + BOX_HEIGHT // 2 + 12,
        end.y + BOX_HEIGHT // 2 + 12,
    )
    path = f"M{x} {y1}C{x + BEND} {y1} {x + BEND} {y2} {x} {y2}"
    return path, x + BEND * 3 // 4 + 6, (y1 + y2) // 2 + 4, "start"
