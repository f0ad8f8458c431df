"""Labels as PDF pages: sheets for office printers; a roll is a page per label.

What a run of labels has in common is a form that reportlab draws once, with the font
cut down to what is used; the pages, which only place it, the symbols and the serials,
are written straight to the file: memory does not grow with the number of labels.
"""

import io
import zlib
from array import array
from collections.abc import Iterable
from typing import IO, Literal

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from .columns import Bytes, beside, hexed
from .font import BOLD, FILE, INDEX, FaceName
from .layout import Line
from .pdf_file import KIDS, PdfFile
from .qr_block import packed_rows
from .runs import Run
from .stock import Stock

FILL_AND_STROKE: Literal[2] = 2
"""Text rendering mode. ISO 32000-1 9.3.6."""
INSET = 0.02
"""Dots a symbol is smaller on each side: readers fill every dot an image touches, and a
rounding error over the edge would stretch it by one."""
FASTEST = 1
"""zlib's level: the pages are mostly symbols, which hardly shrink further."""
WINDOW, MEMORY = 12, 5
"""What zlib looks back over and keeps in hand, as powers of two: with its usual 15 and
8, making these ready takes ten times as long as packing a page of one label."""
SERIAL_SIGNS = " 0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-.:/#"
"""What stands in lines with a serial, besides the fixed text of the stock."""


def write_pdf(
    labels: Iterable[Run], stock: Stock, out: IO[bytes], skip: int = 0
) -> None:
    """``labels`` in reading order, the first after ``skip`` used positions.

    The page measures a whole number of dots and every label starts on a dot, so a
    module covers whole dots whichever corner the printer counts from.
    """
    file = PdfFile(out)
    root, resources = file.reserve(), file.reserve()
    book = _Book(file, stock, root, resources)
    forms: dict[tuple[Line, ...], int] = {}
    signs = set(SERIAL_SIGNS)
    moves = [b"q 1 0 0 1 %d %d cm\n" % (x, book.height - y) for x, y in corners(stock)]
    page: list[bytes] = []
    position = skip
    for run in labels:
        form = forms.setdefault(run.fixed, len(forms))
        signs.update(*(serial.line.text for serial in run.serials))
        contents = _labels(run, form)
        width = contents.shape[1]
        whole = contents.tobytes()
        for start in range(0, len(whole), width):
            page += (
                moves[position % stock.per_page],
                whole[start : start + width],
            )
            position += 1
            if position % stock.per_page == 0:
                book.add_page(page)
                page = []
    if page:
        book.add_page(page)
    _finish(file, book, forms, signs)


class _Book:
    """The pages, and the nodes of the tree they hang on."""

    def __init__(self, file: PdfFile, stock: Stock, root: int, resources: int) -> None:
        self.file, self.root, self.resources = file, root, resources
        self.height = stock.dots(stock.page_height)
        self.point = 72 / stock.dpi
        width = stock.dots(stock.page_width) * self.point
        # A single label repeats nothing worth looking for.
        alone = stock.per_page == 1
        self._strategy = zlib.Z_HUFFMAN_ONLY if alone else zlib.Z_DEFAULT_STRATEGY
        self._box = b"/MediaBox[0 0 %.5f %.5f]" % (width, self.height * self.point)
        self.pages = array("I")
        self.nodes: list[int] = []

    def add_page(self, labels: list[bytes]) -> None:
        # From here on a unit is a dot.
        scale = b"%.6f 0 0 %.6f 0 0 cm\n" % (self.point, self.point)
        packer = zlib.compressobj(
            FASTEST, zlib.DEFLATED, WINDOW, MEMORY, self._strategy
        )
        packed = packer.compress(scale + b"".join(labels)) + packer.flush()
        content = self.file.add_stream(b"/Filter/FlateDecode", packed)
        if len(self.pages) % KIDS == 0:
            self.nodes.append(self.file.reserve())
        self.pages.append(
            self.file.add(
                b"<</Type/Page/Parent %d 0 R%b/Resources %d 0 R/Contents %d 0 R>>"
                % (self.nodes[-1], self._box, self.resources, content)
            )
        )


def corners(stock: Stock) -> list[tuple[int, int]]:
    """The top left corners of a page's labels, dots from its top left."""
    return [
        (
            stock.dots(stock.left + column * (stock.width + stock.gap_x)),
            stock.dots(stock.top + row * (stock.height + stock.gap_y)),
        )
        for row in range(stock.rows)
        for column in range(stock.columns)
    ]


def _labels(run: Run, form: int) -> Bytes:
    """The content of each label, its origin at the label's top left corner."""
    size = run.size
    side = size * run.module
    # An image's own square has its origin below. 1 paints (ISO 32000-1 8.9.6.2).
    where = b"q %.2f 0 0 %.2f %.2f %.2f cm " % (
        side - 2 * INSET,
        side - 2 * INSET,
        run.x + INSET,
        -(run.y + side) + INSET,
    )
    image = b"BI/W %d/H %d/IM true/D[1 0]/F/AHx ID " % (size, size)
    texts = (
        piece
        for serial in run.serials
        for piece in _frame(serial.line, hexed(serial.texts))
    )
    return beside(
        len(run),
        b"/L%d Do " % form + where + image,
        hexed(packed_rows(run.symbols)),
        b"> EI Q\n",
        *texts,
        b"Q\n",
    )


def _frame(line: Line, digits: Bytes) -> tuple[bytes, Bytes, bytes]:
    """A line around its text, which is given as hexadecimal digits."""
    edge = BOLD * line.size * line.bold
    where = b"BT /S %.4f Tf %.4f %d Td <" % (line.size, line.x + edge, -line.baseline)
    if not line.bold:
        return where, digits, b">Tj ET\n"
    thick = b"q %.4f w %d Tr " % (2 * edge, FILL_AND_STROKE)
    return thick + where, digits, b">Tj ET Q\n"


def _finish(
    file: PdfFile, book: _Book, forms: dict[tuple[Line, ...], int], signs: set[str]
) -> None:
    drawn, numbers = _draw(forms, signs)
    raised = file.carry_over(drawn)
    named = b"".join(
        b"/L%d %d 0 R" % (form, numbers[f"FormXob.{form}"] + raised)
        for form in forms.values()
    )
    file.write(
        book.resources,
        b"<</XObject<<%b>>/Font<</S %d 0 R>>>>" % (named, numbers["serial"] + raised),
    )
    file.add_page_tree(book.root, book.pages, book.nodes)
    catalogue = file.add(b"<</Type/Catalog/Pages %d 0 R>>" % book.root)
    file.finish(catalogue, file.add(b"<</Title(Lotmark labels)/Producer(Lotmark)>>"))


def _draw(
    forms: dict[tuple[Line, ...], int], signs: set[str]
) -> tuple[bytes, dict[str, int]]:
    """What reportlab draws, and the numbers of its forms and of the serial's font."""
    know_faces()
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(100, 100), pageCompression=1)
    canvas.setFont(_name("mono"), 10)
    canvas.drawString(0, 0, "".join(sorted(signs)))
    for lines, form in forms.items():
        right = max((line.box[2] for line in lines), default=1)
        bottom = max((line.box[3] for line in lines), default=1)
        canvas.beginForm(str(form), 0, -bottom, right, 0)
        for line in lines:
            draw_line(canvas, line)
        canvas.endForm()
    document = canvas._doc
    inner = pdfmetrics.getFont(_name("mono")).getSubsetInternalName(0, document)
    canvas.save()
    numbers = {
        name: number
        for name, (number, _) in document.idToObjectNumberAndVersion.items()
    }
    return out.getvalue(), numbers | {"serial": numbers[inner.lstrip("/")]}


def know_faces() -> None:
    """Tell reportlab the faces, once in a process."""
    for face, index in INDEX.items():
        if _name(face) not in pdfmetrics.getRegisteredFontNames():
            pdfmetrics.registerFont(TTFont(_name(face), FILE, subfontIndex=index))


def _name(face: FaceName) -> str:
    """The name in reportlab's registry, which the whole process shares."""
    return f"lotmark-{face}"


def draw_line(canvas: Canvas, line: Line) -> None:
    """Draw a line on a canvas whose unit is a dot, from the label's top left corner."""
    edge = BOLD * line.size * line.bold
    text = canvas.beginText(line.x + edge, -line.baseline)
    text.setFont(_name(line.face), line.size)
    # The rendering mode would outlast the text and thicken the lines that follow.
    canvas.saveState()
    if line.bold:
        canvas.setLineWidth(2 * edge)
        text.setTextRenderMode(FILL_AND_STROKE)
    text.textOut(line.text)
    canvas.drawText(text)
    canvas.restoreState()
