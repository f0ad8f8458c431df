"""Which files were imported."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from ..db import Base


class ImportFile(Base):
    """A file that was imported; the same content again changes nothing."""

    __tablename__ = "import_file"

    sha256: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    name: Mapped[str]
    """The name it had first."""
    kinds: Mapped[str]
    """Kinds of its tables, with commas between."""
    rows: Mapped[int]
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
