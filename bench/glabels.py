"""The same labels by gLabels, the label program of GNOME: ``glabels-3-batch``.

It merges a CSV file into a template, with libqrencode for the symbols and cairo for the
page, and writes PDF. Debian's package is ``glabels``.
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path
from xml.sax.saxutils import quoteattr

from lotmark.labels.engine.stock import Stock
from lotmark.labels.engine.values import LabelRecord

PROGRAM = "glabels-3-batch"
FIELDS = (
    "product",
    "product_en",
    "net_content",
    "production_date",
    "expiry_date",
    "batch_no",
    "line_code",
    "serial_grouped",
)
UPRIGHT = 'a0="1" a1="0" a2="0" a3="1" a4="0" a5="0"'
"""Without it, everything is scaled to nothing."""


def glabels(records: Iterable[LabelRecord], stock: Stock) -> tuple[float, float] | None:
    """CPU seconds and megabytes of memory it took; none where it is not installed."""
    if shutil.which(PROGRAM) is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        rows = [("url", *FIELDS)]
        rows += [(one.url, *(getattr(one, name) for name in FIELDS)) for one in records]
        text = "\n".join(",".join(row) for row in rows)
        (home / "data.csv").write_text(text + "\n", encoding="utf-8")
        (home / "labels.glabels").write_text(_template(stock), encoding="utf-8")
        command = [PROGRAM, "-i", str(home / "data.csv"), "-o", str(home / "out.pdf")]
        process = subprocess.Popen(
            [*command, str(home / "labels.glabels")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        written = (home / "out.pdf").stat().st_size
        if process.returncode or written < 100 * len(rows):
            raise SystemExit(f"{PROGRAM} drew nothing")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _template(stock: Stock) -> str:
    """Code and texts where the stock has them."""
    texts = "".join(_text(index, name) for index, name in enumerate(FIELDS))
    return f"""<?xml version="1.0"?>
<Glabels-document xmlns="http://glabels.org/xmlns/3.0/">
<Template brand="Lotmark" part="{stock.name}" size="A4" description="bench">
<Label-rectangle id="0" width="{stock.width}mm" height="{stock.height}mm"
 round="0mm" x_waste="0mm" y_waste="0mm"><Markup-margin size="1mm"/>
<Layout nx="{stock.columns}" ny="{stock.rows}" x0="{stock.left}mm" y0="{stock.top}mm"
 dx="{stock.width + stock.gap_x}mm" dy="{stock.height + stock.gap_y}mm"/>
</Label-rectangle></Template>
<Objects id="0" rotate="False">
<Object-barcode x="3mm" y="2.5mm" w="20mm" h="20mm" backend="libqrencode"
 style="IEC18004" {UPRIGHT} text="False" checksum="True" color="0x000000ff"
 field="url"/>{texts}</Objects>
<Merge type="Text/Comma/Line1Keys" src="data.csv"/>
</Glabels-document>
"""


def _text(index: int, name: str) -> str:
    return f"""
<Object-text x="26mm" y="{2 + 3.6 * index}mm" w="36mm" h="3.6mm" justify="left"
 valign="top" auto_shrink="False" {UPRIGHT}><Span font_family="WenQuanYi Micro Hei"
 font_size="8" font_weight="Regular" color="0x000000ff"><Field name={quoteattr(name)}/>
</Span></Object-text>"""
