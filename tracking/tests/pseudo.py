"""A language in which every text stands in brackets: what is bare on a page cannot be translated."""

import re
from html.parser import HTMLParser

from django.utils import translation

BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
WORD = re.compile(r"[^\W\d_]{2,}")
SPOKEN = {"alt", "aria-label", "placeholder", "title"}  # attributes that people read, or hear
SILENT = {"script", "style", "pre"}  # pre: JSON, as it is recorded
DATA = re.compile(r'<select name="(timezone|permissions|user_permissions)".*?</select>', re.DOTALL)


def speak_in_brackets(monkeypatch):
    def say(text):
        return text and f"⟦{text}⟧"

    def say_one_of(singular, plural, number):
        return say(singular if number == 1 else plural)

    for name, function in (
        ("gettext", say),
        ("ngettext", say_one_of),
        ("pgettext", lambda context, text: say(text)),
        ("npgettext", lambda context, *texts: say_one_of(*texts)),
    ):
        monkeypatch.setattr(translation._trans, name, function)


def bare_words(text):
    """Return the words outside brackets."""
    while BRACKETED.search(text):
        text = BRACKETED.sub(" ", text)
    return set(WORD.findall(text))


def visible(html):
    """Return what is to be read of a page."""
    page = _Page(convert_charrefs=True)
    page.feed(DATA.sub("", html))
    page.close()
    return " ".join(page.texts)


class _Page(HTMLParser):
    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.texts = []
        self.silent = 0

    def handle_starttag(self, tag, attrs):
        self.silent += tag in SILENT
        spoken = SPOKEN | {"value"} if dict(attrs).get("type") == "submit" else SPOKEN
        self.texts += [value or "" for name, value in attrs if name in spoken]

    def handle_endtag(self, tag):
        self.silent -= tag in SILENT

    def handle_data(self, text):
        if not self.silent:
            self.texts.append(text)
