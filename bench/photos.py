"""How many codes are read from photos that people take, by kind of damage.

Run with ``make bench``; prints rows of Markdown for RESULTS.md. Labels are drawn by the
product at printer resolution, then turned, tilted, blurred and made noisy; five dots
of the photo to a module unless said otherwise.
"""

import io
import random
import time

import numpy as np
from PIL import Image, ImageFilter

from lotmark.labels.engine.reader import read_codes
from lotmark.labels.engine.render import render
from lotmark.labels.engine.stock import load_stock
from lotmark.labels.engine.values import LabelRecord, LabelSeries

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
TRIES = 40
RANDOM = random.Random(20261124)  # noqa: S311 - a repeatable sample, no secret


def main() -> None:
    print("| photo | read | misread | ms each |\n|---|---:|---:|---:|")
    for name, spoil, labels in (
        ("straight", lambda p: p, 1),
        ("turned by any angle", turned, 1),
        ("tilted", tilted, 1),
        ("blurred by half a module", lambda p: blurred(p, 2.5), 1),
        ("noise and JPEG quality 20", noisy, 1),
        ("turned, tilted, blurred, noisy", everything, 1),
        ("ten labels in one picture, turned", turned, 10),
    ):
        good = wrong = 0
        start = time.perf_counter()
        for _ in range(TRIES):
            codes = [url() for _ in range(labels)]
            picture = spoil(sheet(codes))
            found = {code.text for code in read_codes(jpeg(picture))}
            good += len(found & set(codes))
            wrong += len(found - set(codes))
        spent = 1000 * (time.perf_counter() - start) / TRIES
        total = TRIES * labels
        print(f"| {name} | {good} of {total} | {wrong} | {spent:.0f} |")


def url() -> str:
    serial = "".join(RANDOM.choices(ALPHABET, k=16))
    return f"HTTPS://Q.YUNLING-FOODS.CN/01/09506000134352/10/L2-261118-03/21/{serial}"


def sheet(codes: list[str]) -> Image.Image:
    """Labels beside one another on a white ground, two in a row."""
    drawn = [label(code) for code in codes]
    width, height = drawn[0].size
    columns = min(2, len(drawn))
    rows = -(-len(drawn) // columns)
    ground = Image.new(
        "L", (columns * (width + 60) + 60, rows * (height + 60) + 60), 255
    )
    for place, picture in enumerate(drawn):
        x = 60 + place % columns * (width + 60)
        ground.paste(picture, (x, 60 + place // columns * (height + 60)))
    return ground


def label(code: str) -> Image.Image:
    out = io.BytesIO()
    record = LabelRecord(url=code, serial=code[-16:], product="五香酱牛肉")
    render("png", [LabelSeries.of(record)], load_stock("roll-60x40"), out)
    return Image.open(out).convert("L")


def turned(picture: Image.Image) -> Image.Image:
    return picture.rotate(
        RANDOM.uniform(0, 360), Image.BICUBIC, expand=True, fillcolor=235
    )


def tilted(picture: Image.Image) -> Image.Image:
    """As seen from the side: one edge a fifth shorter."""
    w, h = picture.size
    d = 0.1 * h
    return picture.transform(
        (w, h), Image.QUAD, (0, -d, 0, h + d, w, h, w, 0), Image.BICUBIC, fillcolor=235
    )


def blurred(picture: Image.Image, radius: float) -> Image.Image:
    return picture.filter(ImageFilter.GaussianBlur(radius))


def noisy(picture: Image.Image) -> Image.Image:
    grain = np.random.default_rng(RANDOM.randrange(1 << 30)).normal(
        0, 25, picture.size[::-1]
    )
    mixed = np.clip(np.asarray(picture, float) + grain, 0, 255).astype("uint8")
    return Image.open(io.BytesIO(jpeg(Image.fromarray(mixed), 20))).convert("L")


def everything(picture: Image.Image) -> Image.Image:
    return noisy(blurred(tilted(turned(picture)), 1.5))


def jpeg(picture: Image.Image, quality: int = 80) -> bytes:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return out.getvalue()


if __name__ == "__main__":
    main()
