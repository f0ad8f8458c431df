"""Feeds of recall notices: Atom (RFC 4287), JSON Feed 1.1, and a banner script."""

import json
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree import ElementTree as Xml

from ...recall.notices.document import notice_document
from ...recall.notices.messages import batch_list, product_names
from ...recall.notices.publishing import public_path
from ...recall.notices.values import Published, Wording

ATOM = "http://www.w3.org/2005/Atom"
_NEVER = datetime(2026, 1, 1, tzinfo=UTC)
"""When a feed without entries was last changed."""
Xml.register_namespace("", ATOM)


def atom(notices: list[Published], base_url: str, firm: str) -> str:
    """One entry a recall; a new version is the same entry, updated."""
    feed = Xml.Element(f"{{{ATOM}}}feed")
    feed.set("xml:lang", "zh-CN")
    _text(feed, "id", f"{base_url}/recalls.atom")
    _text(feed, "title", f"{firm} 召回公告 / Recall notices")
    _text(feed, "updated", _last(notices).isoformat())
    author = Xml.SubElement(feed, f"{{{ATOM}}}author")
    _text(author, "name", firm)
    _link(feed, "self", f"{base_url}/recalls.atom", "application/atom+xml")
    _link(feed, "alternate", f"{base_url}/recalls", "text/html")
    for notice in notices:
        wording = notice.wordings[0]
        url = base_url + public_path(notice.number)
        entry = Xml.SubElement(feed, f"{{{ATOM}}}entry")
        _text(entry, "id", entry_id(notice, base_url))
        _text(entry, "title", headline(notice, wording))
        _text(entry, "published", notice.since.isoformat())
        _text(entry, "updated", notice.updated.isoformat())
        _link(entry, "alternate", url, "text/html")
        _link(entry, "alternate", f"{url}.json", "application/json")
        _link(entry, "enclosure", f"{url}.pdf", "application/pdf")
        _text(entry, "summary", summary(wording))
    return Xml.tostring(feed, encoding="unicode", xml_declaration=True)


def json_feed(notices: list[Published], base_url: str, firm: str) -> str:
    """JSON Feed 1.1; ``_recall`` carries the notice for machines."""
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": f"{firm} 召回公告 / Recall notices",
        "home_page_url": f"{base_url}/recalls",
        "feed_url": f"{base_url}/recalls.json",
        "language": "zh-CN",
        "authors": [{"name": firm}],
        "items": [_item(one, base_url) for one in notices],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def banner(notices: list[Published], base_url: str) -> str:
    """A script that puts a bar on top of the page that loads it, if anything is out."""
    out = [
        {
            "text": headline(one, one.wordings[0]),
            "url": base_url + public_path(one.number),
        }
        for one in notices
        if one.state in ("publishing", "published")
    ]
    # Markup in a text must stay text: it is set as such, and < never closes a script.
    told = json.dumps(out, ensure_ascii=False).replace("<", "\\u003c")
    return f"""(function (notices) {{
  function show() {{
    notices.forEach(function (notice) {{
      var bar = document.createElement("a");
      bar.href = notice.url;
      bar.textContent = "⚠ " + notice.text;
      bar.setAttribute("role", "alert");
      bar.style.cssText = "display:block;padding:14px 16px;background:#b0141b;" +
        "color:#fff;font:700 17px/1.4 sans-serif;text-align:center;" +
        "text-decoration:underline";
      document.body.insertBefore(bar, document.body.firstChild);
    }});
  }}
  if (document.body) show(); else addEventListener("DOMContentLoaded", show);
}})({told});
"""


def headline(notice: Published, wording: Wording) -> str:
    """Title, products and batches on one line."""
    names = product_names(notice.content, wording.language)
    batches = batch_list(notice.content, wording.language)
    colon = "：" if wording.language == "zh" else ": "
    return f"{wording.title}{colon}{names} {batches}"


def summary(wording: Wording) -> str:
    """Why, and what may happen."""
    fields = wording.fields
    return "\n".join(
        fields[name] for name in ("reason", "hazard", "stop_use") if fields.get(name)
    )


def entry_id(notice: Published, base_url: str) -> str:
    """A tag URI (RFC 4151): it stays when the address of the house changes."""
    host = urlsplit(base_url).hostname or "lotmark"
    return f"tag:{host},{notice.since:%Y-%m-%d}:recall:{notice.number}"


def _item(notice: Published, base_url: str) -> dict[str, object]:
    url = base_url + public_path(notice.number)
    wording = notice.wordings[0]
    return {
        "id": f"{base_url}{public_path(notice.number)}",
        "url": url,
        "title": headline(notice, wording),
        "content_text": summary(wording),
        "date_published": notice.since.isoformat(),
        "date_modified": notice.updated.isoformat(),
        "language": "zh-CN" if wording.language == "zh" else wording.language,
        "attachments": [{"url": f"{url}.pdf", "mime_type": "application/pdf"}],
        "_recall": notice_document(notice, base_url),
    }


def _last(notices: list[Published]) -> datetime:
    return max((one.updated for one in notices), default=_NEVER)


def _text(parent: Xml.Element, name: str, text: str) -> None:
    Xml.SubElement(parent, f"{{{ATOM}}}{name}").text = text


def _link(parent: Xml.Element, rel: str, href: str, media_type: str) -> None:
    link = Xml.SubElement(parent, f"{{{ATOM}}}link")
    link.set("rel", rel)
    link.set("href", href)
    link.set("type", media_type)
