"""A small plant with its people, for tests of the web: two lines, two products."""

from collections.abc import Callable
from datetime import datetime
from functools import cache

import argon2
from flask.testing import FlaskClient

from lotmark.trace import people
from lotmark.trace.db import Session
from lotmark.trace.parties.tables import Article, Line, Location, Partner, Site
from lotmark.trace.people import Actor, User, UserRole

LogIn = Callable[[str], FlaskClient]
"""Gives a browser in which one of the cast is logged in."""
PASSWORD = "a quiet plant"
PEOPLE = {
    "li": ("李敏", "production_operator"),
    "zhao": ("赵强", "line_leader"),
    "wang": ("王库", "warehouse_keeper"),
    "sun": ("孙雅", "qa_inspector"),
    "qian": ("钱宁", "qa_manager"),
    "zhou": ("周岚", "cs_agent"),
    "he": ("何青", "cs_supervisor"),
    "dong": ("董海", "factory_director"),
    "fang": ("方总监", "food_safety_director"),
    "shen": ("沈审", "auditor"),
    "xu": ("徐管", "system_admin"),
}
"""Log-in to name and role: Li may print labels, and may not release a hold."""


def hire(session: Session, now: datetime) -> None:
    """Everybody of the cast, with ``PASSWORD``."""
    for login, (name, role) in PEOPLE.items():
        hire_one(session, login, name, role, now)


def hire_one(session: Session, login: str, name: str, role: str, now: datetime) -> None:
    """Somebody with one role and ``PASSWORD``, hashed once and cheaply."""
    user = User(login=login, name=name, password_hash=_hashed(), created_at=now)
    session.add(user)
    session.flush()
    session.add(UserRole(user_id=user.id, role=role))


@cache
def _hashed() -> str:
    return argon2.PasswordHasher(time_cost=1, memory_cost=64).hash(PASSWORD)


def actor(session: Session, login: str) -> Actor:
    """One of the cast, acting."""
    user = people.find_user(session, login)
    assert user is not None
    return people.actor_for(session, user)


def build(session: Session) -> None:
    """The plant: site YL1 with lines and stores, a customer, products, an input."""
    site = Site(code="YL1", name="本厂", name_en="Main works", phone="400-000-0000")
    session.add(site)
    session.flush()
    for code, kind, name, name_en in (
        ("FG1", "warehouse", "成品库", "Finished goods"),
        ("HOLD1", "hold", "封存区", "Hold area"),
        ("QZ1", "quarantine", "召回品隔离区", "Recall quarantine"),
        ("YL1/L1", "line", "1 号线", "Line 1"),
        ("YL1/L2", "line", "2 号线", "Line 2"),
    ):
        session.add(
            Location(code=code, kind=kind, name=name, name_en=name_en, site_id=site.id)
        )
    for code in ("1", "2"):
        session.add(
            Line(
                site_id=site.id,
                code=f"L{code}",
                name=f"{code} 号线",
                name_en=f"Line {code}",
            )
        )
    shop = Partner(
        code="K01",
        kind="consignee",
        name="北桥冻品批发部",
        name_en="North Bridge Frozen Foods",
        phone="020-0000-0001",
        contact="刘",
    )
    session.add(shop)
    session.flush()
    for code, kind in (("K01", "consignee"), ("K01/T", "transit")):
        session.add(
            Location(
                code=code,
                kind=kind,
                name=shop.name,
                name_en=shop.name_en,
                partner_id=shop.id,
            )
        )
    session.add_all(_articles())
    session.flush()


def _articles() -> list[Article]:
    return [
        Article(
            code="BJ200",
            kind="product",
            name="五香酱牛肉 200 克",
            name_en="Five-spice braised beef 200 g",
            gtin="09506000134352",
            case_size=40,
            shelf_life_days=180,
            net_content="200 克",
            picture="beef",
        ),
        Article(
            code="YB150",
            kind="product",
            name="麻辣鸭脖 150 克",
            name_en="Spicy duck neck 150 g",
            gtin="09506000134376",
            case_size=60,
            shelf_life_days=180,
            net_content="150 克",
            picture="duck",
        ),
        Article(
            code="BEEF",
            kind="ingredient",
            name="冷冻牛腱",
            name_en="Frozen beef shank",
            base_unit="mg",
        ),
    ]
