"""Every way of sending, against a real receiver that checks what it gets."""

import base64
import hashlib
import hmac
import json
import sys
from pathlib import Path
from urllib.parse import parse_qsl, quote

import pytest
from receivers import mail_receiver, web_receiver
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lotmark.recall.notices.messages import Message
from lotmark.trace.errors import InvalidInput
from lotmark.web.sending import hooks, texting
from lotmark.web.sending.chat import by_chat
from lotmark.web.sending.configured import sending
from lotmark.web.sending.loudspeaker import by_command
from lotmark.web.sending.mail import by_mail
from lotmark.web.sending.port import Outgoing, SendError, sandbox

SECRET = "whsec_" + base64.b64encode(b"a secret of the shop's, 24 byt").decode()
URL = "https://q.example.cn/recalls/ZH-26-0001"


def outgoing(address: str = "shop@example.cn") -> Outgoing:
    places = {"company": "云岭", "product": "酱牛肉", "batches": "L2", "url": URL}
    return Outgoing(
        "notice-1-direct_contact-mail-1",
        address,
        "北桥冻品批发部",
        Message("【紧急】食品召回公告", "请立即停止销售。", f"召回酱牛肉 {URL}", URL),
        places,
        {"number": "ZH-26-0001", "published": "2026-11-24T02:02:00+00:00"},
        "请注意，现在播报召回通知。",
    )


def test_a_letter_arrives_and_keeps_its_name() -> None:
    with mail_receiver() as box:
        send = by_mail("127.0.0.1", box.port, "none", "召回 <r@example.cn>", "", "")
        assert send(outgoing()) == send(outgoing())
    first, second = box.letters
    assert first["Subject"] == "【紧急】食品召回公告"
    assert "shop@example.cn" in first["To"]
    assert first["Message-ID"] == second["Message-ID"]
    assert "停止销售" in first.get_content()


def test_a_mailbox_that_is_not_there_needs_a_person() -> None:
    with mail_receiver() as box:
        box.refuse.add("shop@example.cn")
        send = by_mail("127.0.0.1", box.port, "none", "r@example.cn", "", "")
        with pytest.raises(SendError, match="550") as refused:
            send(outgoing())
        assert refused.value.final
        send(outgoing("other@example.cn"))
    assert len(box.letters) == 1


def test_a_mail_server_that_is_away_is_tried_again() -> None:
    with mail_receiver() as box:
        port = box.port
    send = by_mail("127.0.0.1", port, "none", "r@example.cn", "", "")
    with pytest.raises(SendError) as failed:
        send(outgoing())
    assert not failed.value.final


def test_a_webhook_is_signed_as_the_standard_says() -> None:
    with web_receiver() as shop:
        send = hooks.by_webhook(f"{shop.url}/recall", SECRET)
        assert send(outgoing()) == "taken"
    (post,) = shop.posts
    told = Webhook(SECRET).verify(post.content, post.headers)
    assert told["data"]["number"] == "ZH-26-0001"
    assert post.headers["idempotency-key"] == outgoing().key
    assert post.headers["webhook-id"] == outgoing().key
    other = "whsec_" + base64.b64encode(b"another secret, of nobody's..").decode()
    with pytest.raises(WebhookVerificationError):
        Webhook(other).verify(post.content, post.headers)


@pytest.mark.parametrize(
    ("status", "final"), [(500, False), (429, False), (404, True), (302, False)]
)
def test_what_an_answer_means(status: int, final: bool) -> None:
    with web_receiver() as shop:
        shop.answers.append((status, b"no"))
        with pytest.raises(SendError, match=str(status)) as failed:
            hooks.by_webhook(shop.url, SECRET)(outgoing())
        assert failed.value.final is final
        assert len(shop.posts) == 1


def test_aliyun_can_check_the_signature() -> None:
    with web_receiver() as service:
        service.usual = json.dumps({"Code": "OK", "BizId": "9006"}).encode()
        send = texting.by_aliyun(
            "id", "key", "云岭肉品", "SMS_1", ("product", "url"), service.url
        )
        assert send(outgoing("+86 138 0000 0001")) == "9006"
    fields = dict(parse_qsl(service.posts[0].content.decode()))
    sent = fields.pop("Signature")
    line = "&".join(f"{k}={quote(v, safe='~')}" for k, v in sorted(fields.items()))
    text = "POST&%2F&" + quote(line, safe="~")
    digest = hmac.new(b"key&", text.encode(), hashlib.sha1).digest()
    assert sent == base64.b64encode(digest).decode()
    assert fields["PhoneNumbers"] == "13800000001"
    assert json.loads(fields["TemplateParam"]) == {"product": "酱牛肉", "url": URL}


def test_aliyun_s_refusals() -> None:
    with web_receiver() as service:
        send = texting.by_aliyun("id", "key", "s", "t", (), service.url)
        for code, final in (
            ("isv.MOBILE_NUMBER_ILLEGAL", True),
            ("isv.BUSINESS_LIMIT_CONTROL", False),
        ):
            service.answers.append((200, json.dumps({"Code": code}).encode()))
            with pytest.raises(SendError, match=code) as refused:
                send(outgoing("13800000001"))
            assert refused.value.final is final
        with pytest.raises(SendError, match="no Chinese mobile") as refused:
            send(outgoing("020-0000-0001"))
        assert refused.value.final


def test_tencent_can_check_the_signature() -> None:
    with web_receiver() as service:
        status = [{"Code": "Ok", "SerialNo": "2640:1"}]
        service.usual = json.dumps({"Response": {"SendStatusSet": status}}).encode()
        send = texting.by_tencent(
            "AKID", "key", "1400", "云岭肉品", "12", ("product", "url"), service.url
        )
        assert send(outgoing("13800000001")) == "2640:1"
    (post,) = service.posts
    told = post.json()
    assert told["PhoneNumberSet"] == ["+8613800000001"]
    assert told["TemplateParamSet"] == ["酱牛肉", URL]
    host = service.url.removeprefix("http://")
    at = int(post.headers["x-tc-timestamp"])
    expected = texting.tencent_authorization("AKID", "key", host, post.content, at)
    assert post.headers["authorization"] == expected


def test_the_signature_of_tencent_s_own_example() -> None:
    """cloud.tencent.com/document/api/213/30654, for another service and day: the chain
    of keys is the same, so it is compared step by step with a naive one."""
    content, at = b'{"Limit": 1}', 1551113065
    told = texting.tencent_authorization("AKIDEXAMPLE", "k", "sms.example", content, at)
    request = "\n".join(
        (
            *("POST", "/", ""),
            "content-type:application/json; charset=utf-8",
            *("host:sms.example", "", "content-type;host"),
            hashlib.sha256(content).hexdigest(),
        )
    )
    text = "\n".join(
        (
            "TC3-HMAC-SHA256",
            "1551113065",
            "2019-02-25/sms/tc3_request",
            hashlib.sha256(request.encode()).hexdigest(),
        )
    )
    day = hmac.digest(b"TC3k", b"2019-02-25", "sha256")
    key = hmac.digest(hmac.digest(day, b"sms", "sha256"), b"tc3_request", "sha256")
    assert told.endswith(hmac.new(key, text.encode(), "sha256").hexdigest())


def test_a_group_chat_gets_it_through_apprise() -> None:
    with web_receiver() as chat:
        send = by_chat(chat.url.replace("http://", "json://"))
        send(outgoing())
        chat.answers.append((500, b""))
        with pytest.raises(SendError):
            send(outgoing())
    assert URL in chat.posts[0].json()["message"]


def test_the_loudspeaker_reads_the_script(tmp_path: Path) -> None:
    heard = tmp_path / "heard.txt"
    program = f"import sys; open({str(heard)!r}, 'wb').write(sys.stdin.buffer.read())"
    by_command((sys.executable, "-c", program))(outgoing())
    assert heard.read_text("utf-8") == outgoing().script
    with pytest.raises(SendError, match="ended with 3"):
        by_command((sys.executable, "-c", "raise SystemExit(3)"))(outgoing())
    with pytest.raises(SendError):
        by_command(("/no/such/program",))(outgoing())


def test_the_sandbox_keeps_everything(tmp_path: Path) -> None:
    assert sandbox(tmp_path / "drill")(outgoing()) == "DRILL"
    (kept,) = (tmp_path / "drill").iterdir()
    assert json.loads(kept.read_text("utf-8"))["message"]["url"] == URL


def test_without_a_file_nothing_is_set_up(tmp_path: Path) -> None:
    found = sending(tmp_path / "channels.toml")
    assert found.channels == ()
    with pytest.raises(SendError, match="not set up"):
        found.sender("mail")


GOOD = """
[[channel]]
name = "tmall"
kind = "e_commerce"
transport = "webhook"
recipient = "天猫旗舰店"
url = "https://shop.example/recall"
secret = "env:SHOP_SECRET"

[[channel]]
name = "mail"
kind = "direct_contact"
transport = "email"
host = "smtp.example.cn"
sender = "recall@example.cn"
password = "hidden words"

[[channel]]
name = "jd"
kind = "e_commerce"
transport = "task"
recipient = "京东旗舰店"
address = "https://shop.jd.example"
"""
SET = GOOD.replace("env:SHOP_SECRET", SECRET)


def test_a_file_is_read_and_keeps_its_secrets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_SECRET", SECRET)
    path = tmp_path / "channels.toml"
    path.write_text(GOOD, "utf-8")
    found = sending(path)
    assert [one.name for one in found.channels] == ["tmall", "mail", "jd"]
    assert [one.automatic for one in found.channels] == [True, True, False]
    assert "hidden" not in repr(found)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (GOOD, "SHOP_SECRET is not set"),
        (GOOD.replace("env:SHOP_SECRET", "whsec_***"), "cannot be used"),
        (SET.replace('"jd"', '"mail"'), "two channels"),
        ("[[channel]]\nname = 'a'", "is a required property"),
        ("channel = [", "wrong at the top"),
        (GOOD.replace("e_commerce", "shops"), "is not one of"),
    ],
)
def test_a_wrong_file_says_where(tmp_path: Path, text: str, sentence: str) -> None:
    path = tmp_path / "channels.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(InvalidInput, match=sentence):
        sending(path)
