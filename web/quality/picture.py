"""The trace picture: lots as boxes from left to right, their uses as curves."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from ...trace.production.genealogy import Edge, Genealogy, Node

BOX_WIDTH, BOX_HEIGHT = 208, 62
COLUMN, ROW = 330, 84
"""From box to box, in pixels."""
EDGE = 12


@dataclass(frozen=True, slots=True)
class Box:
    """A lot in the picture; ``x`` and ``y`` are its top left corner."""

    node: Node
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Curve:
    """Something of one lot that went into another."""

    edge: Edge
    unit: str
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


def draw(genealogy: Genealogy) -> Picture:
    """Place the lots in columns by their distance from the one asked for."""
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in genealogy.nodes:
        columns[node.depth].append(node)
    first, most = min(columns), max(map(len, columns.values()))
    height = most * ROW - (ROW - BOX_HEIGHT) + 2 * EDGE
    heights = _in_order(columns, genealogy.edges)
    boxes: dict[int, Box] = {}
    for depth, nodes in columns.items():
        top = (height - len(nodes) * ROW + ROW - BOX_HEIGHT) // 2
        for row, node in enumerate(sorted(nodes, key=lambda n: heights[n.lot_id])):
            x = EDGE + (depth - first) * COLUMN
            boxes[node.lot_id] = Box(node, x, top + row * ROW)
    width = (max(columns) - first) * COLUMN + BOX_WIDTH + 2 * EDGE
    curves = tuple(_curve(edge, boxes) for edge in genealogy.edges)
    return Picture(width, height, tuple(boxes.values()), curves)


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


def _curve(edge: Edge, boxes: Mapping[int, Box]) -> Curve:
    start, end = boxes[edge.input_id], boxes[edge.output_id]
    x1, y1 = start.x + BOX_WIDTH, start.y + BOX_HEIGHT // 2
    x2, y2 = end.x, end.y + BOX_HEIGHT // 2
    # Back or within a column, e.g. rework, a curve swings out to the right.
    bend = (x2 - x1) // 2 if x2 > x1 else 80
    path = f"M{x1} {y1}C{x1 + bend} {y1} {x2 - bend} {y2} {x2} {y2}"
    # Beside the outer end, where curves that meet in one box are still apart, on the
    # side the curve does not bend to.
    outer = start if abs(start.node.depth) >= abs(end.node.depth) else end
    inner = end if outer is start else start
    y = outer.y + BOX_HEIGHT // 2 + (-7 if inner.y >= outer.y else 16)
    if outer is start:
        return Curve(edge, start.node.unit, path, x1 + 8, y, "start")
    return Curve(edge, start.node.unit, path, x2 - 8, y, "end")
