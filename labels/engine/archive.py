"""Zip files: a picture of each label, or the list of codes under a password."""

import zipfile
from collections.abc import Iterable
from typing import IO, Literal, TypeAlias

import pyzipper

from .codes_csv import write_csv
from .layout import PlacedLabel
from .png import write_png
from .svg import write_svg
from .values import LabelSeries

Picture: TypeAlias = Literal["png", "svg"]

CODES = "codes.csv"
"""The one file in a sealed archive."""


def write_pictures(
    labels: Iterable[PlacedLabel], picture: Picture, out: IO[bytes]
) -> None:
    """A file for each label, numbered in their order; each goes out as it is drawn."""
    write = {"png": write_png, "svg": write_svg}[picture]
    # PNG is packed already.
    packing = zipfile.ZIP_STORED if picture == "png" else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(out, "w", packing) as archive:
        for number, label in enumerate(labels, 1):
            # Without a time, the same labels give the same file.
            entry = zipfile.ZipInfo(f"{number:07d}.{picture}")
            entry.compress_type = packing
            with archive.open(entry, "w") as file:
                write(label, file)


def write_sealed_csv(
    labels: Iterable[LabelSeries], password: str, out: IO[bytes]
) -> None:
    """The codes as ``write_csv`` has them, in a zip file encrypted with AES-256.

    7-Zip, WinRAR and macOS open it with the password (WinZip's AE-2 format); the
    archive of Windows Explorer does not.
    """
    with pyzipper.AESZipFile(
        out, "w", compression=pyzipper.ZIP_DEFLATED, encryption=pyzipper.WZ_AES
    ) as archive:
        archive.setpassword(password.encode())
        with archive.open(CODES, "w", force_zip64=True) as file:
            write_csv(labels, file)
