"""One label as a PNG of exactly the printer's dots."""

from typing import IO

from PIL import Image

from .layout import PlacedLabel
from .raster import label_dots


def write_png(label: PlacedLabel, out: IO[bytes]) -> None:
    """Black and white, one pixel a dot, with the resolution recorded."""
    dots = label_dots(label)
    Image.fromarray(~dots).save(out, "PNG", dpi=(label.dpi, label.dpi))
