"""Forms as a browser without JavaScript would send them: what stands in the page, changed by what a person types."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any


@dataclass
class PageForm:
    action: str
    method: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    words: set[str] = field(default_factory=set)  # the fields that a person types into
    buttons: list[tuple[str, str, str]] = field(default_factory=list)  # name, value, words

    def filled(self, typed: Mapping[str, Any], button: str = "") -> dict[str, list[str]]:
        """What would be sent. Typing into a field that is not there is a mistake of the test."""
        if unknown := set(typed) - self.names:
            raise AssertionError(f"{self.action} has no field {sorted(unknown)}; it has {sorted(self.names)}")
        sent: dict[str, list[str]] = {}
        for name, value in self.fields:
            if name not in typed:
                sent.setdefault(name, []).append(value)
        for name, value in typed.items():
            sent[name] = [str(one) for one in value] if isinstance(value, (list, tuple)) else [str(value)]
        for name, value, words in self.buttons:
            if name and button and button in words:
                sent[name] = [value]
        return sent


class FormReader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[PageForm] = []
        self.open: PageForm | None = None
        self.area = self.choice = self.button = ""
        self.text: list[str] = []
        self.options: list[tuple[str, bool]] = []
        self.worth = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.open = PageForm(given.get("action", ""), given.get("method", "get"))
            self.forms.append(self.open)
        if self.open is None:
            return
        name = given.get("name", "")
        if tag == "input":
            self.read_input(given, name)
        elif tag == "textarea":
            self.area, self.text = name, []
        elif tag == "select":
            self.choice, self.options = name, []
        elif tag == "option" and self.choice:
            self.options.append((given.get("value", ""), "selected" in given))
        elif tag == "button":
            self.button, self.worth, self.text = name or " ", given.get("value", ""), []

    def read_input(self, given: Mapping[str, str], name: str) -> None:
        assert self.open is not None
        self.open.names.add(name)
        kind = given.get("type", "text")
        if kind not in ("hidden", "radio", "checkbox", "file"):
            self.open.words.add(name)
        if kind in ("radio", "checkbox") and "checked" not in given:
            return
        if kind != "file":
            self.open.fields.append((name, given.get("value", "on" if kind == "checkbox" else "")))

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if self.open is None:
            return
        if tag == "form":
            self.open = None
        elif tag == "textarea":
            self.open.names.add(self.area)
            self.open.words.add(self.area)
            self.open.fields.append((self.area, "".join(self.text).removeprefix("\n")))
        elif tag == "select":
            self.open.names.add(self.choice)
            chosen = [value for value, selected in self.options if selected] or [v for v, _ in self.options[:1]]
            self.open.fields.extend((self.choice, value) for value in chosen)
            self.choice = ""
        elif tag == "button" and self.button:
            self.open.buttons.append((self.button.strip(), self.worth, "".join(self.text).strip()))
            self.button = ""


def forms_of(html: str) -> list[PageForm]:
    reader = FormReader()
    reader.feed(html)
    return reader.forms
