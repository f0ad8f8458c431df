"""The courier: sends what publications asked for, many at a time.

Everything it needs is read in one transaction, sent outside of any, and settled in one
more. Killed in between, the same deliveries are sent again under the same keys.
"""

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import structlog

from ...recall.notices import barrier, deliveries, messages, publishing, queries
from ...recall.notices.deliveries import EFFECT, Result
from ...recall.notices.document import notice_document
from ...recall.notices.tables import Notice, NoticeDelivery, NoticeVariant
from ...recall.notices.values import Published, Wording
from ...trace import clock, outbox
from ...trace.db import Session
from ..installation import Installation
from .configured import Sending, sending
from .port import Outgoing, Send, SendError, sandbox

log = structlog.get_logger()

LANE = outbox.Lane(frozenset({EFFECT}))
BATCH = 96
"""Deliveries taken at once: all of them are done well within a lease."""
HANDS = 16
"""Sent side by side: receivers are slow, we are not."""
IDLE = 0.3


@dataclass(frozen=True, slots=True)
class Errand:
    """A delivery as values, with how to send it."""

    id: int
    channel: str
    drill: bool
    outgoing: Outgoing


@dataclass(frozen=True, slots=True)
class Told:
    """What is the same for every delivery of a notice."""

    notice: Published
    wording: Wording
    url: str
    document: dict[str, Any]
    script: str


def deliver_once(house: Installation, pool: ThreadPoolExecutor) -> int:
    """Send what is due now; how many effects were taken."""
    with house.plant.reading() as session:
        if not outbox.is_due(session, clock.now(), LANE):
            return 0
    ways = sending(house.settings.channels_file)
    with house.plant.writing() as session:
        claims = outbox.claim(session, clock.now(), limit=BATCH, lane=LANE)
        wanted = [claimed.payload["delivery"] for claimed in claims]
        errands = _errands(session, house, deliveries.begin_sending(session, wanted))
    results = list(pool.map(lambda errand: _send(house, ways, errand), errands))
    with house.plant.writing() as session:
        deliveries.note_results(session, results, clock.now())
        outbox.finish_all(session, claims)
    return len(claims)


def deliver_until(house: Installation, stop: threading.Event) -> None:
    """Deliver until ``stop`` is set."""
    with ThreadPoolExecutor(HANDS, thread_name_prefix="courier") as pool:
        while not stop.is_set():
            try:
                taken = deliver_once(house, pool)
            except Exception:  # the lease ends and all of it is done again
                log.exception("courier.failed")
                taken = 0
            if not taken:
                stop.wait(IDLE)


def _send(house: Installation, ways: Sending, errand: Errand) -> Result:
    try:
        send: Send
        if errand.drill:
            send = sandbox(house.settings.home / "drill")
        else:
            send = ways.sender(errand.channel)
        return Result(errand.id, receipt=send(errand.outgoing))
    except SendError as fault:
        return Result(errand.id, error=str(fault), final=fault.final)
    except Exception as fault:  # whatever it is, it is tried again, then a task
        log.exception("notice.send_failed", delivery=errand.id)
        return Result(errand.id, error=repr(fault)[:300])


def _errands(
    session: Session, house: Installation, rows: Sequence[NoticeDelivery]
) -> list[Errand]:
    notices: dict[int, Told] = {}
    errands = []
    for row in rows:
        if row.notice_id not in notices:
            notices[row.notice_id] = _told(session, house, row)
        told = notices[row.notice_id]
        notice, wording, url = told.notice, told.wording, told.url
        said = messages.message(notice, wording, row.recipient, url)
        errands.append(
            Errand(
                row.id,
                row.channel,
                notice.drill,
                Outgoing(
                    row.dedup_key,
                    row.address,
                    row.recipient,
                    said,
                    messages.places(notice, wording, row.recipient, url),
                    told.document,
                    told.script,
                ),
            )
        )
    return errands


def _told(session: Session, house: Installation, row: NoticeDelivery) -> Told:
    notice = session.get_one(Notice, row.notice_id)
    variant = session.get_one(NoticeVariant, row.variant_id)
    published = queries.as_published(session, notice, notice.version)
    wording = Wording(
        variant.jurisdiction, variant.language, variant.title, dict(variant.fields)
    )
    url = house.settings.base_url + publishing.public_path(published.number)
    return Told(
        published,
        wording,
        url,
        notice_document(published, house.settings.base_url),
        messages.script(published, wording, url),
    )


def watch(house: Installation, claimed: outbox.Claim) -> None:
    """After 15 minutes: are the channels out together?"""
    with house.plant.writing() as session:
        notice = session.get_one(Notice, claimed.payload["notice"])
        barrier.check_out(session, notice, clock.now())


def call_silent(house: Installation, claimed: outbox.Claim) -> None:
    """Who got the notice and does not answer is called."""
    with house.plant.writing() as session:
        notice = session.get_one(Notice, claimed.payload["notice"])
        deliveries.call_the_silent(session, notice, clock.now())


def alarm(house: Installation, claimed: outbox.Claim) -> None:
    """Tell the staff's chats that a notice is not out on all channels together."""
    ways = sending(house.settings.channels_file)
    with house.plant.reading() as session:
        notice = session.get_one(Notice, claimed.payload["notice"])
        if notice.drill:
            return
        published = queries.as_published(session, notice, notice.version)
    wording = published.wordings[0]
    url = f"{house.settings.base_url}/notices/{published.number}/{published.version}"
    text = f"{published.number}: 未在15分钟内同步公告 / not out together. {url}"
    said = messages.Message(text, text, text, url)
    document = notice_document(published, house.settings.base_url)
    for channel in ways.channels:
        if channel.kind == "staff" and channel.automatic:
            key = f"alarm-{notice.id}-{channel.name}"
            words = messages.places(published, wording, channel.recipient, url)
            ways.sender(channel.name)(
                Outgoing(
                    key, channel.address, channel.recipient, said, words, document, text
                )
            )


EFFECTS = {
    publishing.WATCH: watch,
    publishing.SILENT: call_silent,
    barrier.ALARM: alarm,
}
"""What else a publication asks the worker for."""
