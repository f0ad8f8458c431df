"""Keys by which machines act: shown once, kept as a digest."""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from .db import Base


class ApiKey(Base):
    """A key of a line machine, a camera or an ERP, with the rights it was given."""

    __tablename__ = "api_key"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(unique=True)
    prefix: Mapped[str] = mapped_column(sa.String(12), unique=True)
    """Its first characters, by which it is looked up and named on screens."""
    digest: Mapped[str] = mapped_column(sa.String(64))
    """SHA-256 of the whole key, which is random: no slow hash is needed."""
    rights: Mapped[list[str]] = mapped_column(sa.JSON)
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime | None]
    revoked_by: Mapped[str | None]
    revoked_at: Mapped[datetime | None]
