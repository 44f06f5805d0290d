"""The sentences of Wasl in each language, read from the .po files when they are first asked for."""

from __future__ import annotations

import io
from functools import cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import Translations

LANGUAGES = ("ar", "en")
"""The languages of the pages, the default first. Another one is a .po file and a word here and below."""

_NUMBERING = {"ar": "arab", "en": "latn"}  # named, because what "ar" alone means differs from browser to browser
_PLURAL_SAMPLES = range(200)


class UnknownLanguage(LookupError):  # noqa: N818
    """There is no catalogue for this language."""

    def __init__(self, language: str) -> None:
        super().__init__(f"no catalogue for {language!r}")
        self.language = language


class Catalogue:
    """The sentences in one language. The key of a sentence is its English text."""

    def __init__(self, language: str) -> None:
        """Read the catalogue of one of LANGUAGES. Use `words`, which keeps it."""
        self.language = language
        self._catalog = _read(language)
        self._translations = _compile(self._catalog)

    def gettext(self, message: str, **values: object) -> str:
        """The sentence in this language, its `%(name)s` filled from `values`."""
        return _fill(self._translations.gettext(message), values)

    def ngettext(self, singular: str, plural: str, n: int, **values: object) -> str:
        """The sentence in the plural form that this language wants for `n`, which also fills `%(n)s`."""
        return _fill(self._translations.ngettext(singular, plural, n), {"n": n, **values})

    def page_messages(self, files: frozenset[str]) -> dict[str, str | dict[str, str]]:
        """The sentences that files (`web/….ts`) use; of plurals every form, by its CLDR category."""
        ids = [message.id for message in self._catalog if any(file in files for file, _ in message.locations)]
        return {
            id if isinstance(id, str) else id[0]: self.gettext(id) if isinstance(id, str) else self._forms(*id)
            for id in ids  # noqa: A001
        }

    def _forms(self, singular: str, plural: str) -> dict[str, str]:
        category_of = Locale.parse(self.language).plural_form
        samples = {category_of(n): n for n in reversed(_PLURAL_SAMPLES)}
        return {kind: self._translations.ngettext(singular, plural, n) for kind, n in samples.items()}


@cache
def words(language: str) -> Catalogue:
    """The catalogue of a language. Raises UnknownLanguage."""
    return Catalogue(language)


def page_messages(language: str, files: frozenset[str]) -> dict[str, Any]:
    """What a page made of files (`web/….ts`) needs to speak a language, as JSON values; web/call/words.ts reads it."""
    return {
        "language": language,
        "direction": direction(language),
        "numbering": numbering(language),
        "messages": words(language).page_messages(files),
    }


def gettext_noop(message: str) -> str:
    """Marks a sentence for the catalogue where it is written, to be translated where it is shown."""
    return message


def direction(language: str) -> str:
    """`rtl` or `ltr`, for the `dir` attribute."""
    return Locale.parse(language).text_direction


def numbering(language: str) -> str:
    """The digits of a language as a Unicode numbering system: `arab` (٠–٩) or `latn` (0–9)."""
    return _NUMBERING[language]


def _read(language: str) -> Catalog:
    if language not in LANGUAGES:
        raise UnknownLanguage(language)
    path = Path(__file__).parent / language / "LC_MESSAGES" / "wasl.po"
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def _compile(catalog: Catalog) -> Translations:
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return Translations(compiled)


def _fill(sentence: str, values: dict[str, object]) -> str:
    return sentence % values if values else sentence
