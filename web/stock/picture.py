"""A unit and what is in it, as boxes: what stands around it, it, what it holds."""

from dataclasses import dataclass
from itertools import pairwise

from ...trace.stock.resolving import Found, Node
from ...trace.stock.tables import LogisticUnit

BOX_WIDTH, BOX_HEIGHT = 208, 62
COLUMN, ROW = 268, 74
"""From box to box, in pixels."""
EDGE = 12
MOST_BOXES = 12
"""Boxes in a column; the table below names the rest."""


@dataclass(frozen=True, slots=True)
class Box:
    """A unit, or a lot in it; ``x`` and ``y`` are its top left corner."""

    x: int
    y: int
    kind: str
    """``unit``, ``lot`` or ``more``."""
    here: bool
    """The one the page is about."""
    unit: LogisticUnit | None = None
    name: str = ""
    """The lot's number."""
    known: int = 0
    unscanned: int = 0
    more: int = 0
    """How many are not drawn."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in pixels."""

    width: int
    height: int
    boxes: tuple[Box, ...]
    paths: tuple[str, ...]


def draw(found: Found) -> Picture | None:
    """The unit of a scan with its pallet on the left and its contents on the right."""
    node = found.node
    if node is None:
        return None
    parents = [one for one in found.parents if one.id != node.unit.id]
    inside = _inside(node)
    rows = max(len(inside), 1)
    height = rows * ROW - (ROW - BOX_HEIGHT) + 2 * EDGE
    middle = (height - BOX_HEIGHT) // 2
    boxes = [
        Box(EDGE + column * COLUMN, middle, "unit", False, unit=unit)
        for column, unit in enumerate(parents)
    ]
    x = EDGE + len(parents) * COLUMN
    own = Box(x, middle, "unit", True, node.unit, "", node.known, node.unscanned)
    boxes.append(own)
    placed = [_at(box, x + COLUMN, EDGE + row * ROW) for row, box in enumerate(inside)]
    paths = [_path(one, two) for one, two in pairwise(boxes)]
    paths += [_path(own, box) for box in placed]
    columns = len(parents) + (2 if placed else 1)
    width = (columns - 1) * COLUMN + BOX_WIDTH + 2 * EDGE
    return Picture(width, height, (*boxes, *placed), tuple(paths))


def _inside(node: Node) -> list[Box]:
    boxes = [
        Box(0, 0, "unit", False, case.unit, "", case.known, case.unscanned)
        for case in node.cases
    ]
    boxes += [
        Box(
            0,
            0,
            "lot",
            False,
            name=line.lot.code,
            known=line.goods.items.count,
            unscanned=line.goods.unscanned,
        )
        for line in node.lines
    ]
    if len(boxes) > MOST_BOXES:
        left = len(boxes) - MOST_BOXES + 1
        return [*boxes[: MOST_BOXES - 1], Box(0, 0, "more", False, more=left)]
    return boxes


def _at(box: Box, x: int, y: int) -> Box:
    return Box(
        x, y, box.kind, box.here, box.unit, box.name, box.known, box.unscanned, box.more
    )


def _path(one: Box, two: Box) -> str:
    x1, y1 = one.x + BOX_WIDTH, one.y + BOX_HEIGHT // 2
    x2, y2 = two.x, two.y + BOX_HEIGHT // 2
    bend = (x1 + x2) // 2
    return f"M{x1} {y1}C{bend} {y1} {bend} {y2} {x2} {y2}"
