"""E-mail by SMTP."""

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr

from .port import Outgoing, Send, SendError

PATIENCE = 10.0
"""Seconds to wait for the server."""


def by_mail(
    host: str, port: int, security: str, sender: str, user: str, password: str
) -> Send:
    """Sends by the mail server; ``security`` is ``starttls``, ``tls`` or ``none``."""

    def connect() -> smtplib.SMTP:
        if security == "tls":
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(host, port, timeout=PATIENCE, context=context)
        return smtplib.SMTP(host, port, timeout=PATIENCE)

    def send(outgoing: Outgoing) -> str:
        letter = _letter(outgoing, sender)
        try:
            with connect() as link:
                if security == "starttls":
                    link.starttls(context=ssl.create_default_context())
                if user:
                    link.login(user, password)
                link.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            code, text = next(iter(refused.recipients.values()))
            raise SendError(f"{code} {text!r}", final=code >= 500) from None
        except (OSError, smtplib.SMTPException) as fault:
            raise SendError(f"mail server {host}: {fault}") from None
        return str(letter["Message-ID"])

    return send


def _letter(outgoing: Outgoing, sender: str) -> EmailMessage:
    letter = EmailMessage()
    letter["From"] = sender
    letter["To"] = formataddr((outgoing.recipient, outgoing.address))
    letter["Subject"] = outgoing.message.subject
    # The same for every try: a mailbox shows a repetition once.
    letter["Message-ID"] = f"<{outgoing.key}@{sender.rpartition('@')[2].rstrip('>')}>"
    letter["X-Priority"] = "1"
    letter.set_content(outgoing.message.text)
    return letter
