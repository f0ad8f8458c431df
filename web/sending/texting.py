"""Text messages by Aliyun and Tencent: signed requests, templates approved there."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime
from urllib.parse import quote, urlencode, urlsplit

from ...trace import clock
from .http import post, read_json
from .port import Outgoing, Send, SendError

ALIYUN = "https://dysmsapi.aliyuncs.com/"
TENCENT = "https://sms.tencentcloudapi.com/"
_FINAL_ALIYUN = ("isv.MOBILE_NUMBER_ILLEGAL", "isv.MOBILE_COUNT_OVER_LIMIT")
_FINAL_TENCENT = (
    "InvalidParameterValue.IncorrectPhoneNumber",
    "FailedOperation.PhoneNumberInBlacklist",
)


def by_aliyun(
    access_key: str,
    secret: str,
    sign_name: str,
    template: str,
    places: tuple[str, ...],
    endpoint: str = ALIYUN,
) -> Send:
    """SendSms of 2017-05-25, signed with HMAC-SHA1 as Aliyun's RPC style asks."""

    def send(outgoing: Outgoing) -> str:
        values = {name: outgoing.places[name] for name in places}
        fields = {
            "AccessKeyId": access_key,
            "Action": "SendSms",
            "Format": "JSON",
            "OutId": outgoing.key,
            "PhoneNumbers": mobile(outgoing.address),
            "SignName": sign_name,
            "SignatureMethod": "HMAC-SHA1",
            "SignatureNonce": f"{outgoing.key}-{clock.now().timestamp()}",
            "SignatureVersion": "1.0",
            "TemplateCode": template,
            "TemplateParam": json.dumps(values, ensure_ascii=False),
            "Timestamp": f"{clock.now():%Y-%m-%dT%H:%M:%SZ}",
            "Version": "2017-05-25",
        }
        fields["Signature"] = aliyun_signature(fields, secret)
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        answer = read_json(post(endpoint, urlencode(fields).encode(), headers))
        if answer.get("Code") != "OK":
            code = str(answer.get("Code"))
            said = f"Aliyun {code}: {answer.get('Message')}"
            raise SendError(said, final=code in _FINAL_ALIYUN)
        return str(answer.get("BizId", ""))

    return send


def aliyun_signature(fields: dict[str, str], secret: str) -> str:
    """HMAC-SHA1 over the sorted, percent-encoded fields of a POST."""
    line = "&".join(f"{_plain(k)}={_plain(fields[k])}" for k in sorted(fields))
    text = f"POST&%2F&{_plain(line)}"
    digest = hmac.new(f"{secret}&".encode(), text.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def by_tencent(
    secret_id: str,
    secret_key: str,
    app_id: str,
    sign_name: str,
    template: str,
    places: tuple[str, ...],
    endpoint: str = TENCENT,
    region: str = "ap-guangzhou",
) -> Send:
    """SendSms of 2021-01-11, signed with TC3-HMAC-SHA256."""

    def send(outgoing: Outgoing) -> str:
        payload = {
            "PhoneNumberSet": [f"+86{mobile(outgoing.address)}"],
            "SmsSdkAppId": app_id,
            "SignName": sign_name,
            "TemplateId": template,
            "TemplateParamSet": [outgoing.places[name] for name in places],
            "SessionContext": outgoing.key,
        }
        content = json.dumps(payload, ensure_ascii=False).encode()
        at = int(clock.now().timestamp())
        host = urlsplit(endpoint).netloc
        headers = {
            "Authorization": tencent_authorization(
                secret_id, secret_key, host, content, at
            ),
            "Content-Type": "application/json; charset=utf-8",
            "Host": host,
            "X-TC-Action": "SendSms",
            "X-TC-Timestamp": str(at),
            "X-TC-Version": "2021-01-11",
            "X-TC-Region": region,
        }
        answer = read_json(post(endpoint, content, headers)).get("Response", {})
        if error := answer.get("Error"):
            raise SendError(f"Tencent {error.get('Code')}: {error.get('Message')}")
        status = (answer.get("SendStatusSet") or [{}])[0]
        if status.get("Code") != "Ok":
            code = str(status.get("Code"))
            said = f"Tencent {code}: {status.get('Message')}"
            raise SendError(said, final=code in _FINAL_TENCENT)
        return str(status.get("SerialNo", ""))

    return send


def tencent_authorization(
    secret_id: str, secret_key: str, host: str, content: bytes, at: int
) -> str:
    """The header of TC3-HMAC-SHA256 for a JSON post to the service ``sms``."""
    day = _day(at)
    signed = "content-type;host"
    request = (
        "POST\n/\n\ncontent-type:application/json; charset=utf-8\n"
        f"host:{host}\n\n{signed}\n{hashlib.sha256(content).hexdigest()}"
    )
    scope = f"{day}/sms/tc3_request"
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"TC3-HMAC-SHA256\n{at}\n{scope}\n{digest}"
    key = f"TC3{secret_key}".encode()
    for part in (day, "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
    return (
        f"TC3-HMAC-SHA256 Credential={secret_id}/{scope}, "
        f"SignedHeaders={signed}, Signature={signature}"
    )


def mobile(phone: str) -> str:
    """The eleven digits of a Chinese mobile number. Raises SendError."""
    digits = "".join(letter for letter in phone if letter.isdigit())
    number = digits.removeprefix("86") if len(digits) == 13 else digits
    if len(number) != 11 or not number.startswith("1"):
        raise SendError(f"{phone} is no Chinese mobile number", final=True)
    return number


def _day(at: int) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _plain(text: str) -> str:
    return quote(text, safe="-_.~")
