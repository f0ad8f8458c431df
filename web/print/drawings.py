"""What reportlab cannot set by itself: bold headings, QR codes, bars of shares."""

from reportlab.lib.colors import HexColor
from reportlab.lib.units import mm
from reportlab.pdfbase.pdfmetrics import stringWidth
from reportlab.platypus import Flowable

from ...labels.engine.font import BOLD
from ...labels.engine.qr import QUIET as QR_QUIET
from ...labels.engine.qr import dark_runs, modules
from . import sheet
from .document import Bar, Share

QR_SIZE = 26 * mm
BAR_HEIGHT = 6 * mm


class Heading(Flowable):  # type: ignore[misc]
    """A line set bold: the face has no bold, so its outlines are thickened."""

    def __init__(self, text: str, size: float) -> None:
        super().__init__()
        self.text, self.size = sheet.printable(text), size

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        while stringWidth(self.text, sheet.FONT, self.size) > width and self.size > 8:
            self.size -= 0.5
        return width, self.size * 1.55

    def draw(self) -> None:
        line = self.canv.beginText(0, self.size * 0.35)
        line.setFont(sheet.FONT, self.size)
        self.canv.setFillColor(sheet.ACCENT)
        self.canv.setStrokeColor(sheet.ACCENT)
        self.canv.setLineWidth(2 * BOLD * self.size)
        line.setTextRenderMode(2)
        line.textOut(self.text)
        self.canv.drawText(line)


class QrCode(Flowable):  # type: ignore[misc]
    """An address as a QR symbol, one path filled once."""

    def __init__(self, payload: str) -> None:
        super().__init__()
        self.dark = modules(payload)
        self.width = self.height = QR_SIZE

    def draw(self) -> None:
        side = QR_SIZE / (len(self.dark) + 2 * QR_QUIET)
        path = self.canv.beginPath()
        for row, start, length in dark_runs(self.dark):
            top = QR_SIZE - (row + QR_QUIET + 1) * side
            path.rect((start + QR_QUIET) * side, top, length * side, side)
        self.canv.setFillColor(sheet.INK)
        self.canv.drawPath(path, stroke=0, fill=1)


class Shares(Flowable):  # type: ignore[misc]
    """Parts of a whole side by side, with a legend beneath."""

    def __init__(self, bar: Bar) -> None:
        super().__init__()
        self.shares = [share for share in bar.shares if share.quantity > 0]

    def wrap(self, width: float, height: float) -> tuple[float, float]:
        self.width = width
        self.lines: list[list[tuple[float, Share]]] = [[]]
        x = 0.0
        for share in self.shares:
            needed = stringWidth(_legend(share), sheet.FONT, 7.5) + 8 * mm
            if x and x + needed > width:
                self.lines.append([])
                x = 0.0
            self.lines[-1].append((x, share))
            x += needed
        self.height = BAR_HEIGHT + 3 * mm + len(self.lines) * 4 * mm
        return width, self.height

    def draw(self) -> None:
        total = sum(share.quantity for share in self.shares)
        left, top = 0.0, self.height - BAR_HEIGHT
        for share in self.shares:
            part = self.width * share.quantity / total
            self.canv.setFillColor(HexColor(share.colour))
            self.canv.rect(left, top, part, BAR_HEIGHT, stroke=0, fill=1)
            left += part
        for number, line in enumerate(self.lines):
            y = top - 4.6 * mm - number * 4 * mm
            for x, share in line:
                self.canv.setFillColor(HexColor(share.colour))
                self.canv.rect(x, y - 0.2 * mm, 2.4 * mm, 2.4 * mm, stroke=0, fill=1)
                self.canv.setFillColor(sheet.INK)
                self.canv.setFont(sheet.FONT, 7.5)
                self.canv.drawString(x + 3.4 * mm, y, _legend(share))


def _legend(share: Share) -> str:
    return sheet.printable(f"{share.name} {share.text}")
