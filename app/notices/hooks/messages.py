"""What a channel reads: what happened, to what, and a link. In the form of Slack, and as a card for Teams."""

import json
from typing import Any

from app.notices.hooks.models import Chat


def message(chat: Chat, what: str, title: str, address: str) -> bytes:
    made = slack(what, title, address) if chat is Chat.SLACK else teams(what, title, address)
    return json.dumps(made, ensure_ascii=True).encode()


def slack(what: str, title: str, address: str) -> dict[str, Any]:
    """Plain text with Slack's three escapes: nothing in a title can call a whole channel or hide a link."""
    words = f"{what}: {title}".replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return {"text": f"{words}\n{address}", "mrkdwn": False, "unfurl_links": False}


def teams(what: str, title: str, address: str) -> dict[str, Any]:
    """Runs of text, which know no Markdown."""
    runs = [
        {"type": "TextRun", "text": f"{what}: ", "weight": "Bolder"},
        {"type": "TextRun", "text": title},
    ]
    card = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [{"type": "RichTextBlock", "inlines": runs}],
        "actions": [{"type": "Action.OpenUrl", "title": "Look at it", "url": address}],
    }
    return {
        "type": "message",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
    }
