"""Group chats of the staff: WeCom, DingTalk, Feishu and whatever else apprise knows."""

import apprise

from .port import Outgoing, Send, SendError


def by_chat(url: str) -> Send:
    """Posts the short text to an apprise address, e.g. ``wecombot://KEY``."""
    group = apprise.Apprise()
    if not group.add(url):
        raise ValueError(url.partition(":")[0])

    def send(outgoing: Outgoing) -> str:
        message = outgoing.message
        text = f"{message.short}\n\n{message.text}"
        if not group.notify(body=text, title=message.subject):
            raise SendError("the chat did not take the message")
        return ""

    return send
