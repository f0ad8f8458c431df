"""The courier: every delivery is made, tried again, or left to a person."""

import base64
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import notice_scene
import sqlalchemy as sa
from notice_scene import Scene, who
from receivers import WebReceiver, mail_receiver, web_receiver

from lotmark.recall.notices import publishing
from lotmark.recall.notices.deliveries import EFFECT
from lotmark.recall.notices.tables import Notice, NoticeDelivery
from lotmark.trace import clock
from lotmark.trace.outbox import Effect
from lotmark.web.installation import Installation
from lotmark.web.sending import courier
from lotmark.web.sending.configured import sending
from lotmark.web.worker import work_once

SECRET = "whsec_" + base64.b64encode(b"a secret of the shop's, 24 byt").decode()
SHOPS = int(os.environ.get("LOTMARK_LONG") or 0) * 200 or 30
KILLS = 100 if os.environ.get("LOTMARK_LONG") else 3


def set_up_channels(
    house: Installation, shop: str, mail_port: int, many: int = 1
) -> None:
    entries = [
        f"""
[[channel]]
name = "shop{n}"
kind = "e_commerce"
transport = "webhook"
recipient = "店铺 {n}"
url = "{shop}/{n}"
secret = "{SECRET}"
"""
        for n in range(many)
    ]
    entries.append(
        f"""
[[channel]]
name = "mail"
kind = "direct_contact"
transport = "email"
host = "127.0.0.1"
port = {mail_port}
security = "none"
sender = "recall@example.cn"

[[channel]]
name = "pa"
kind = "factory_broadcast"
transport = "command"
command = ["{sys.executable}", "-c", "pass"]
"""
    )
    house.settings.home.mkdir(exist_ok=True)
    house.settings.channels_file.write_text("".join(entries), "utf-8")


def publish(house: Installation, number: str) -> int:
    now = clock.now()
    channels = sending(house.settings.channels_file).channels
    with house.plant.writing() as session:
        notice = notice_scene.approved(session, number, now)
        luo = who(session, "luo")
        publishing.publish_notice(session, notice, channels, luo, now)
        return notice.id


def states(house: Installation, notice_id: int) -> Counter[str]:
    with house.plant.reading() as session:
        rows = sa.select(NoticeDelivery.state).where(
            NoticeDelivery.notice_id == notice_id, NoticeDelivery.automatic
        )
        return Counter(session.scalars(rows))


def drain(house: Installation) -> None:
    with ThreadPoolExecutor(4) as pool:
        while courier.deliver_once(house, pool):
            pass


def test_everything_automatic_is_out_and_the_notice_published(
    house: Installation, scene: Scene
) -> None:
    with web_receiver() as shop, mail_receiver() as box:
        set_up_channels(house, shop.url, box.port)
        notice_id = publish(house, scene.real)
        drain(house)
        drain(house)
    assert states(house, notice_id) == {"sent": 4}
    assert len(shop.posts) == len(box.letters) == 1
    assert shop.posts[0].json()["data"]["products"][0]["batch"] == "L2-261111-01"
    with house.plant.reading() as session:
        notice = session.get_one(Notice, notice_id)
        assert (notice.state, notice.alarm_at) == ("published", None)


def test_a_shop_that_is_down_is_tried_again_under_the_same_key(
    house: Installation, scene: Scene
) -> None:
    with web_receiver() as shop, mail_receiver() as box:
        set_up_channels(house, shop.url, box.port)
        shop.answers.append((503, b"later"))
        notice_id = publish(house, scene.real)
        drain(house)
        assert states(house, notice_id) == {"sent": 3, "retry": 1}
        with house.plant.writing() as session:
            session.execute(
                sa.update(Effect)
                .where(Effect.kind == EFFECT, Effect.state == "pending")
                .values(due_at=clock.now() - timedelta(seconds=1))
            )
        drain(house)
    assert states(house, notice_id) == {"sent": 4}
    first, second = (post.headers["idempotency-key"] for post in shop.posts)
    assert first == second


def test_an_exercise_reaches_nobody(house: Installation, scene: Scene) -> None:
    """Appendix B 16."""
    with web_receiver() as shop, mail_receiver() as box:
        set_up_channels(house, shop.url, box.port)
        notice_id = publish(house, scene.drill)
        drain(house)
        assert shop.posts == []
        assert box.letters == []
    assert states(house, notice_id) == {"sent": 4}
    assert len(list((house.settings.home / "drill").iterdir())) == 3


def test_a_channel_that_was_taken_out_is_not_forgotten(
    house: Installation, scene: Scene
) -> None:
    with web_receiver() as shop, mail_receiver() as box:
        set_up_channels(house, shop.url, box.port)
        notice_id = publish(house, scene.real)
        house.settings.channels_file.unlink()
        drain(house)
    assert states(house, notice_id) == {"sent": 1, "retry": 3}


def test_the_staff_s_chat_hears_the_alarm(house: Installation, scene: Scene) -> None:
    with web_receiver() as chat:
        house.settings.home.mkdir(exist_ok=True)
        house.settings.channels_file.write_text(
            f'[[channel]]\nname = "duty"\nkind = "staff"\ntransport = "chat"\n'
            f'url = "{chat.url.replace("http", "json")}"\n'
        )
        publish(house, scene.real)
        drain(house)
        past = timedelta(minutes=20)
        with house.plant.writing() as session:
            notice = session.scalars(sa.select(Notice)).one()
            assert notice.publishing_at is not None
            notice.publishing_at -= past
            session.execute(
                sa.update(NoticeDelivery)
                .where(NoticeDelivery.sent_at.is_not(None))
                .values(sent_at=NoticeDelivery.queued_at)
            )
            for row in session.scalars(sa.select(NoticeDelivery)):
                row.sent_at = row.sent_at and row.sent_at - past
            session.execute(
                sa.update(Effect)
                .where(Effect.kind == publishing.WATCH)
                .values(due_at=clock.now() - timedelta(seconds=1))
            )
        while work_once(house):
            pass
        assert "15" in chat.posts[-1].json()["message"]


WORKER = """
import sys, threading
from pathlib import Path
import lotmark.web.migrations.models
from lotmark.trace import outbox
from lotmark.web.installation import open_installation
from lotmark.web.sending import courier
from lotmark.web.settings import Settings
from datetime import timedelta
outbox.LEASE = timedelta(seconds=1)
courier.BATCH = 8
house = open_installation(Settings(
    home=Path(sys.argv[1]), database_url=sys.argv[2],
    base_url="https://q.example.cn", code_keys="1:" + "5a" * 32, secret_key="t"))
print("ready", flush=True)
courier.deliver_until(house, threading.Event())
"""


def test_killed_again_and_again_every_delivery_is_made_under_one_key(
    house: Installation, scene: Scene, database_url: str
) -> None:
    """With LOTMARK_LONG=1 the worker is killed a hundred times."""
    with web_receiver() as shop, mail_receiver() as box:
        set_up_channels(house, shop.url, box.port, many=SHOPS)
        notice_id = publish(house, scene.real)
        for _ in range(KILLS):
            with _worker(house, database_url) as worker:
                _wait_for_posts(shop, len(shop.posts))
                worker.send_signal(signal.SIGKILL)
        with _worker(house, database_url) as worker:
            _wait(lambda: states(house, notice_id)["sent"] == SHOPS + 3)
            worker.send_signal(signal.SIGKILL)
    keys = Counter(post.headers["idempotency-key"] for post in shop.posts)
    paths = {post.headers["idempotency-key"]: post.path for post in shop.posts}
    assert len(keys) == SHOPS
    assert sorted(paths.values()) == sorted(f"/{n}" for n in range(SHOPS))
    with house.plant.reading() as session:
        assert session.get_one(Notice, notice_id).state == "published"


def _wait_for_posts(shop: WebReceiver, before: int) -> None:
    _wait(lambda: len(shop.posts) > before or _all(shop))


def _all(shop: WebReceiver) -> bool:
    return len({post.path for post in shop.posts}) == SHOPS


def _worker(house: Installation, database_url: str) -> "subprocess.Popen[str]":
    worker = subprocess.Popen(
        [sys.executable, "-P", "-c", WORKER, str(house.settings.home), database_url],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def _wait(done: Callable[[], bool], patience: float = 60) -> None:
    end = time.monotonic() + patience
    while not done():
        assert time.monotonic() < end, "it takes too long"
        time.sleep(0.02)
