"""What every page of this room needs: whose it is, and how it says things."""

import re
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from babel.dates import format_skeleton
from flask import current_app, render_template
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from ...trace import clock, rules
from ...trace.db import Session
from ...trace.errors import N_
from ...trace.parties.tables import Site
from ..clocks import span
from ..i18n import PLANT_ZONE, local
from ..words import COMPLAINT_KIND

NUTRIENTS = {
    "能量": N_("Energy"),
    "蛋白质": N_("Protein"),
    "脂肪": N_("Fat"),
    "饱和脂肪": N_("Saturated fat"),
    "碳水化合物": N_("Carbohydrate"),
    "糖": N_("Sugars"),
    "钠": N_("Sodium"),
}
"""Names of nutrients as labels give them (GB 28050); others stay as they are."""


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")


def plain_text(typed: str) -> str:
    """What a person typed, without the characters that no keyboard makes."""
    return _CONTROL.sub("", typed.replace("\r\n", "\n")).strip()


def plain_line(typed: str) -> str:
    """The same on one line."""
    return " ".join(plain_text(typed).split())


def house_site(session: Session) -> Site | None:
    """The plant that speaks where no batch says which: the first recorded."""
    return session.scalar(sa.select(Site).order_by(Site.id).limit(1))


def show(template: str, site: Site | None, **values: object) -> str:
    """A page of this room, in the name of ``site``."""
    firm = local(site, "name") if site else "Lotmark"
    return render_template(
        f"public/{template}.html",
        site=site,
        firm=firm,
        kinds=COMPLAINT_KIND,
        response=_promise("complaint.response"),
        tracing=_promise("complaint.trace"),
        **values,
    )


def _promise(limit: str) -> str:
    """What we promise today, in words: ``30 min``."""
    today = clock.now().astimezone(PLANT_ZONE).date()
    return span(timedelta(minutes=rules.limit(limit, today).minutes))


def drawing(picture: str) -> str:
    """Static file with the drawing of a product; a plain pack when there is none."""
    name = f"products/{picture}.svg"
    folder = Path(current_app.static_folder or "")
    if re.fullmatch("[a-z0-9-]+", picture) and (folder / name).is_file():
        return name
    return "products/pack.svg"


def said_day(value: datetime, now: datetime) -> str:
    """``Nov 20``, with the year when it is not this one."""
    there, here = value.astimezone(PLANT_ZONE), now.astimezone(PLANT_ZONE)
    skeleton = "MMMd" if there.year == here.year else "yMMMd"
    said: str = format_skeleton(skeleton, there, locale=get_locale())
    return said


def said_time(value: datetime, now: datetime) -> str:
    """``today at 10:02``, or ``Nov 20, 18:36``."""
    there, here = value.astimezone(PLANT_ZONE), now.astimezone(PLANT_ZONE)
    if there.date() == here.date():
        today: str = gettext(N_("today at %(time)s"), time=f"{there:%H:%M}")
        return today
    other: str = gettext(
        N_("%(day)s, %(time)s"), day=said_day(value, now), time=f"{there:%H:%M}"
    )
    return other


def emphasised(ingredients: str, allergens: str) -> Markup:
    """The list of ingredients with the allergens in it set in bold.

    >>> str(emphasised("Beef, soy sauce (soybeans, wheat)", "Contains wheat"))
    'Beef, soy sauce (soybeans, <strong>wheat</strong>)'
    """
    plain = re.sub(r"^(含有|含|[Cc]ontains)\s*", "", allergens)
    names = [
        name for name in re.split(r"[、,，;；及和]|\band\b", plain) if name.strip()
    ]
    if not names:
        return escape(ingredients)
    pattern = "|".join(re.escape(name.strip()) for name in names)
    pieces = re.split(f"({pattern})", ingredients, flags=re.I)
    return Markup("").join(
        Markup("<strong>{}</strong>").format(piece) if place % 2 else piece
        for place, piece in enumerate(pieces)
    )


def nutrients(table: dict[str, list[object]]) -> list[tuple[str, str, str]]:
    """Rows of a nutrition table: name, per 100 g, share of the daily value."""
    return [
        (gettext(NUTRIENTS.get(name, name)), str(amount), f"{share}%")
        for name, (amount, share) in table.items()
    ]
