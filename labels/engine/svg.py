"""One label as SVG, all of it outlines: it looks the same with any fonts installed."""

from functools import cache
from typing import IO, Any
from xml.sax.saxutils import escape

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.pens.transformPen import TransformPen
from fontTools.ttLib import TTFont

from .font import BOLD, FILE, INDEX, FaceName, face
from .layout import Bars, Line, PlacedLabel, Symbol
from .qr import dark_runs


def write_svg(label: PlacedLabel, out: IO[bytes]) -> None:
    """A drawing in true size whose unit is the printer's dot."""
    inch = 25.4 / label.dpi
    size = label.width, label.height
    title = escape(" ".join(line.text for line in label.lines))
    parts = [
        '<svg xmlns="http://www.w3.org/2000/svg" role="img"'
        f' width="{size[0] * inch:.3f}mm" height="{size[1] * inch:.3f}mm"'
        f' viewBox="0 0 {size[0]} {size[1]}">',
        f"<title>{title}</title>",
        f'<path fill="#fff" d="M0 0h{size[0]}v{size[1]}H0z"/>',
        *(_symbol_path(symbol) for symbol in label.symbols),
        *(_bars_path(bars) for bars in label.bars),
        *(_line_path(line) for line in label.lines),
        "</svg>\n",
    ]
    out.write("".join(parts).encode("utf-8"))


def _symbol_path(symbol: Symbol) -> str:
    size = symbol.module
    drawn = "".join(
        f"M{symbol.x + start * size} {symbol.y + row * size}"
        f"h{length * size}v{size}h{-length * size}z"
        for row, start, length in dark_runs(symbol.modules)
    )
    return f'<path shape-rendering="crispEdges" d="{drawn}"/>'


def _bars_path(bars: Bars) -> str:
    drawn = "".join(
        f"M{x} {bars.y}h{width}v{bars.height}h{-width}z" for x, width in bars.runs()
    )
    return f'<path shape-rendering="crispEdges" d="{drawn}"/>'


def _line_path(line: Line) -> str:
    edge = BOLD * line.size * line.bold
    glyphs, names, em = _outlines(line.face)
    advances = face(line.face).advances
    pen = SVGPathPen(
        glyphs, ntos=lambda number: f"{number:.2f}".rstrip("0").rstrip(".")
    )
    x, scale = line.x + edge, line.size / em
    for character in line.text:
        shape = TransformPen(pen, (scale, 0, 0, -scale, x, line.baseline))
        glyphs[names[ord(character)]].draw(shape)
        x += advances[character] * line.size
    stroke = f' stroke="#000" stroke-width="{2 * edge:.2f}"' if line.bold else ""
    return f'<path{stroke} d="{pen.getCommands()}"/>'


@cache
def _outlines(name: FaceName) -> tuple[Any, dict[int, str], int]:
    font = TTFont(FILE, fontNumber=INDEX[name], lazy=True)
    return font.getGlyphSet(), font.getBestCmap(), font["head"].unitsPerEm
