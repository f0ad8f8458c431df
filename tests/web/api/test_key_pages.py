"""The page of machine keys: made and shown once, revoked after a question."""

import re
from datetime import timedelta

import small_plant
import sqlalchemy as sa
from flask import Flask
from machines import Machine, problem, told
from staff_pages import change, said, shown

from lotmark.trace import clock
from lotmark.trace.api_keys import MACHINE_RIGHTS, SIGNED_RIGHTS, ApiKey
from lotmark.web.admin.keys import RIGHT_WORDS
from lotmark.web.installation import Installation

FORM = {"name": "L2-camera", "right": "trace.read", "days": "365"}


def test_every_right_has_words() -> None:
    assert tuple(RIGHT_WORDS) == (*MACHINE_RIGHTS, *SIGNED_RIGHTS)


def test_a_key_is_shown_once(
    app: Flask, log_in: small_plant.LogIn, house: Installation
) -> None:
    xu = log_in("xu")
    assert "No machine has a key yet" in shown(xu, "/admin/keys")
    made = change(xu, "/admin/keys", **FORM)
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "private, no-store"
    text = re.findall(r'data-copy="(lm_[A-Za-z0-9]{43})"', made.text)
    told(Machine(app.test_client(), text[0]).get("/lots"))
    listed = shown(xu, "/admin/keys")
    assert "L2-camera" in listed
    assert "Read lots, stock, movements and records" in listed
    assert text[0] not in listed
    with house.plant.reading() as session:
        key = session.scalars(sa.select(ApiKey)).one()
    assert key.created_by == "xu"
    assert key.expires_at is not None
    assert key.expires_at - clock.now() > timedelta(days=364)


def test_a_key_is_revoked_after_a_question(
    app: Flask, log_in: small_plant.LogIn
) -> None:
    xu = log_in("xu")
    made = change(xu, "/admin/keys", **FORM)
    text = re.findall(r'data-copy="(lm_[A-Za-z0-9]{43})"', made.text)[0]
    path = f"/admin/keys/{text[:12]}/revoke"
    assert "every request with it is refused" in shown(xu, path)
    told(Machine(app.test_client(), text).get("/lots"))
    assert change(xu, path).status_code == 302
    assert problem(Machine(app.test_client(), text).get("/lots"), 401)
    assert "this key is revoked" in shown(xu, path)
    assert "Revoked" in shown(xu, "/admin/keys")


def test_what_was_typed_stays_after_a_mistake(log_in: small_plant.LogIn) -> None:
    xu = log_in("xu")
    for form, sentence in (
        ({"name": "", "right": "trace.read", "days": "365"}, "is empty"),
        ({"name": "cam", "days": "365"}, "Expected one or more of the rights"),
        ({"name": "cam", "right": "hold.release", "days": "365"}, "hold.release"),
        ({"name": "cam", "right": "trace.read", "days": "7"}, "Choose one"),
        ({"name": "x" * 65, "right": "trace.read", "days": "0"}, "64"),
    ):
        refused = change(xu, "/admin/keys", **form)
        assert refused.status_code == 400
        assert sentence in said(refused)
        assert f'value="{form["name"]}"' in refused.text
    change(xu, "/admin/keys", **FORM)
    assert change(xu, "/admin/keys", **FORM).status_code == 409


def test_in_chinese(log_in: small_plant.LogIn) -> None:
    xu = log_in("xu")
    assert xu.get("/admin/keys?lang=zh").status_code == 200
