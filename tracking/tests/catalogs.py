"""Reading the translations: what is written, and what Django reads of it."""

import ast
import gettext
import re
from typing import NamedTuple

from django.conf import settings

FIELD = re.compile(r'^(msgctxt|msgid|msgid_plural|msgstr|msgstr\[\d+\]) ((?:"(?:[^"\\]|\\.)*"\n?)+)', re.MULTILINE)
QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')


class Message(NamedTuple):
    """`translations` are one for each plural form, or one."""

    id: str
    plural: str | None
    translations: tuple[str, ...]

    @property
    def compiled(self):
        """What `gettext` makes of it."""
        if self.plural is None:
            return {self.id: self.translations[0]}
        return {(self.id, number): text for number, text in enumerate(self.translations)}


def written(path):
    """Return the messages of a .po file, its header left out."""
    messages = [_message(block) for block in path.read_text().split("\n\n") if not block.startswith("#~")]
    return [message for message in messages if message.id]


def compiled(path):
    """Return what a .mo file says, its header left out."""
    with path.open("rb") as file:
        catalog = gettext.GNUTranslations(file)._catalog
    return {key: text for key, text in catalog.items() if key}


def catalogs():
    """The .po files of every language."""
    return sorted(settings.LOCALE_PATHS[0].glob("*/LC_MESSAGES/django.po"))


def _message(block):
    fields = {name: "".join(map(ast.literal_eval, QUOTED.findall(text))) for name, text in FIELD.findall(block)}
    context = f"{fields['msgctxt']}\x04" if "msgctxt" in fields else ""
    translations = tuple(text for name, text in fields.items() if name.startswith("msgstr"))
    return Message(context + fields["msgid"], fields.get("msgid_plural"), translations)
