"""Words in each language, their plurals, direction and digits."""

import json
import re
import string
from pathlib import Path

import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from wasl_locales import catalogue, digits

WEB = Path(__file__).parents[2] / "web"
FILES = frozenset(
    str(file.relative_to(WEB.parent))
    for folder in ("call", "citizen", "desk", "panels")
    for file in (WEB / folder).rglob("*.ts")
)
SHOWN = {"ar": ("rtl", "arab"), "en": ("ltr", "latn")}

ARABIC = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\n"
"Plural-Forms: nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);\n"

#: web/panels/a.ts
msgid "Hello %(name)s"
msgstr "مرحبا %(name)s"

#: web/panels/a.ts
msgid "Not yet"
msgstr ""

#: web/panels/b.ts
msgid "On another page"
msgstr "في صفحة أخرى"

#: web/wasl_web/errors.py
msgid "100%"
msgstr "١٠٠%"

#: web/panels/a.ts web/wasl_web/pages.py
msgid "%(n)s minute"
msgid_plural "%(n)s minutes"
msgstr[0] "لا دقائق"
msgstr[1] "دقيقة"
msgstr[2] "دقيقتان"
msgstr[3] "%(n)s دقائق"
msgstr[4] "%(n)s دقيقة"
msgstr[5] "%(n)s دقيقة ونحوها"
"""


@pytest.fixture
def arabic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> catalogue.Catalogue:
    file = tmp_path / "ar" / "LC_MESSAGES" / "wasl.po"
    file.parent.mkdir(parents=True)
    file.write_text(ARABIC, encoding="utf-8")
    monkeypatch.setattr(catalogue, "__file__", str(tmp_path / "catalogue.py"))
    return catalogue.Catalogue("ar")


def test_sentences_are_translated_and_filled(arabic: catalogue.Catalogue) -> None:
    assert arabic.gettext("Hello %(name)s", name="مريم") == "مرحبا مريم"


def test_a_sentence_without_translation_stays_english(arabic: catalogue.Catalogue) -> None:
    assert arabic.gettext("Not yet") == "Not yet"
    assert arabic.gettext("Never heard of") == "Never heard of"


def test_a_percent_sign_needs_no_values(arabic: catalogue.Catalogue) -> None:
    assert arabic.gettext("100%") == "١٠٠%"


@pytest.mark.parametrize(
    ("n", "text"),
    [
        (0, "لا دقائق"),
        (1, "دقيقة"),
        (2, "دقيقتان"),
        (3, "3 دقائق"),
        (10, "10 دقائق"),
        (11, "11 دقيقة"),
        (99, "99 دقيقة"),
        (100, "100 دقيقة ونحوها"),
        (102, "102 دقيقة ونحوها"),
        (103, "103 دقائق"),
    ],
)
def test_arabic_has_six_plurals(arabic: catalogue.Catalogue, n: int, text: str) -> None:
    assert arabic.ngettext("%(n)s minute", "%(n)s minutes", n) == text


def test_a_page_gets_the_sentences_of_its_own_files(arabic: catalogue.Catalogue) -> None:
    assert arabic.page_messages(frozenset({"web/panels/a.ts"})) == {
        "Hello %(name)s": "مرحبا %(name)s",
        "Not yet": "Not yet",
        "%(n)s minute": {
            "zero": "لا دقائق",
            "one": "دقيقة",
            "two": "دقيقتان",
            "few": "%(n)s دقائق",
            "many": "%(n)s دقيقة",
            "other": "%(n)s دقيقة ونحوها",
        },
    }


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_a_page_gets_language_direction_and_digits(language: str) -> None:
    page = catalogue.page_messages(language, FILES)
    assert (page["language"], page["direction"], page["numbering"]) == (language, *SHOWN[language])
    assert json.loads(json.dumps(page)) == page


@pytest.mark.parametrize("language", catalogue.LANGUAGES)
def test_plurals_of_a_page_know_every_category(language: str) -> None:
    kinds = Locale.parse(language).plural_form.tags | {"other"}
    plurals = [m for m in catalogue.page_messages(language, FILES)["messages"].values() if isinstance(m, dict)]
    assert all(set(forms) == kinds for forms in plurals)


def test_english_speaks_its_own_sentences() -> None:
    english = catalogue.words("en")
    assert english.ngettext("%(n)s minute", "%(n)s minutes", 1) == "1 minute"
    assert english.ngettext("%(n)s minute", "%(n)s minutes", 0) == "0 minutes"
    assert all(key == text for key, text in english.page_messages(FILES).items() if isinstance(text, str))


@pytest.mark.parametrize("language", ["fr", "", "../../etc"])
def test_other_languages_are_refused(language: str) -> None:
    with pytest.raises(catalogue.UnknownLanguage):
        catalogue.words(language)


def test_a_marked_sentence_is_itself() -> None:
    assert catalogue.gettext_noop("Hello") == "Hello"


def test_digits_of_three_kinds_are_read() -> None:
    assert digits.normalise("٠١٢٣٤٥٦٧٨٩ ۰۱۲۳۴۵۶۷۸۹ 0123456789") == " ".join([string.digits] * 3)


@given(st.text())
def test_only_digits_change(text: str) -> None:
    assert len(digits.normalise(text)) == len(text)
    rest = re.compile(r"[٠-٩۰-۹0-9]")
    assert rest.sub("#", digits.normalise(text)) == rest.sub("#", text)
