"""The script that collects sentences from the code and keeps the catalogues up to date."""

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.pofile import read_po

SCRIPT = Path(__file__).parents[2] / "locales" / "update.py"
TYPESCRIPT = SCRIPT.parents[1] / "web" / "node_modules" / "typescript"

pytestmark = pytest.mark.skipif(not TYPESCRIPT.exists(), reason="the pages' packages are not installed")

VIEW = r"""
import { t, tn } from "../../call/words";

/** Don't be misled: t("in a comment"). */
export const view = (n: number, name: string) => html`
  <p>It's ${t("Plain")} and ${n > 0 ? html`<b>${tn("%(n)s person", "%(n)s people", n, { n })}</b>` : nothing}</p>
  ${list.map((x) => html`<i title=${t('Quoted "so"')}>${x ? html`${t(`Deep`)} ' ` : t("Else")}</i>`)}
  <p>${t(n ? "First" : "Second")} ${t("Hello %(name)s", { name: html`${t("Inner")}` })} t("in text")</p>`;
const pattern = /[`'"]/.test(name) ? t("After a pattern") : other.t("a method of something else");
"""
PYTHON = """
from wasl_locales.catalogue import gettext_noop as _

TITLES = {"a": _("Plain"), "b": _("Only Python")}
words.ngettext("%(n)s call", "%(n)s calls", 3)
"""
ARABIC = """
msgid "Plain"
msgstr "بسيط"

msgid "Hello %(name)s"
msgstr "مرحبا"

#, fuzzy
msgid "Deep"
msgstr "عميق؟"

msgid "%(n)s person"
msgid_plural "%(n)s people"
msgstr[0] "لا أحد"
msgstr[1] "شخص"
msgstr[2] "شخصان"
msgstr[3] "%(n)s أشخاص"
msgstr[4] "%(n)s شخصًا"
msgstr[5] "%(n)s شخص"

msgid "Gone"
msgstr "ذهب"
"""
SENTENCES = {
    ("Plain",): ["web/wasl_web/pages.py", "web/panels/a/view.ts"],
    ("Only Python",): ["web/wasl_web/pages.py"],
    ("%(n)s call", "%(n)s calls"): ["web/wasl_web/pages.py"],
    ("%(n)s person", "%(n)s people"): ["web/panels/a/view.ts"],
    ('Quoted "so"',): ["web/panels/a/view.ts"],
    ("Deep",): ["web/panels/a/view.ts"],
    ("Else",): ["web/panels/a/view.ts"],
    ("First",): ["web/panels/a/view.ts"],
    ("Second",): ["web/panels/a/view.ts"],
    ("Hello %(name)s",): ["web/panels/a/view.ts"],
    ("Inner",): ["web/panels/a/view.ts"],
    ("After a pattern",): ["web/panels/a/view.ts"],
}


@pytest.fixture(scope="module")
def update() -> ModuleType:
    spec = importlib.util.spec_from_file_location("locales_update", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def root(tmp_path: Path) -> Path:
    for file, text in (
        ("web/panels/a/view.ts", VIEW),
        ("web/panels/a/view.test.ts", 't("Only a test")'),
        ("web/node_modules/x/index.ts", 't("Of somebody else")'),
        ("web/wasl_web/pages.py", PYTHON),
        ("ar.po", ARABIC),
    ):
        path = tmp_path / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return tmp_path


def translation(root: Path, sentence: str) -> object:
    with (root / "locales/wasl_locales/ar/LC_MESSAGES/wasl.po").open("rb") as file:
        message = read_po(file, locale="ar").get(sentence)
    assert message is not None
    return message.string


def test_each_sentence_is_found_with_its_files(update: ModuleType, root: Path) -> None:
    assert update.extract(root) == SENTENCES


def test_a_sentence_has_to_be_a_literal(update: ModuleType, root: Path) -> None:
    (root / "web/panels/a/view.ts").write_text("\nt(sentence)")
    with pytest.raises(ValueError, match=r"web/panels/a/view\.ts:2: t\(\) needs its sentence as a literal"):
        update.extract(root)


def test_a_sentence_has_one_plural(update: ModuleType, root: Path) -> None:
    (root / "web/panels/a/view.ts").write_text('t("a"); tn("a", "b", 1)')
    with pytest.raises(ValueError, match="is elsewhere"):
        update.extract(root)


def test_arabic_is_filled_from_fragments(update: ModuleType, root: Path) -> None:
    assert update.main([str(root / "ar.po")], root) == 0
    assert translation(root, "Plain") == "بسيط"
    assert translation(root, "%(n)s person")[3] == "%(n)s أشخاص"  # type: ignore[index]
    assert translation(root, "Deep") == ""


def test_what_was_translated_stays(update: ModuleType, root: Path) -> None:
    update.main([str(root / "ar.po")], root)
    path = update.path_of(root, "ar")
    before = path.read_text(encoding="utf-8")
    update.main([], root)
    assert path.read_text(encoding="utf-8") == before
    (root / "web/panels/a/view.ts").write_text('tn("%(n)s person", "%(n)s people", 1)')
    update.main([], root)
    assert translation(root, "%(n)s person")[3] == "%(n)s أشخاص"  # type: ignore[index]
    assert "Hello" not in path.read_text(encoding="utf-8")


def test_the_file_says_nothing_that_changes_by_itself(update: ModuleType, root: Path) -> None:
    update.main([], root)
    text = update.path_of(root, "ar").read_text(encoding="utf-8")
    assert "Date" not in text
    assert '#: web/panels/a/view.ts web/wasl_web/pages.py\nmsgid "Plain"' in text


def test_the_check_names_what_is_wrong(update: ModuleType, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert update.main(["--check", str(root / "ar.po")], root) == 1
    said = capsys.readouterr().out
    assert "no such sentence: 'Gone'" in said
    assert "out of date, run `make messages`: locales/wasl_locales/ar/LC_MESSAGES/wasl.po" in said
    assert "not translated: 'Deep'" in said
    assert "other placeholders: 'Hello %(name)s' -> 'مرحبا'" in said
    assert "Plain" not in said
    assert "person" not in said
    assert not update.path_of(root, "ar").exists()


def test_a_finished_catalogue_passes(update: ModuleType, root: Path) -> None:
    (root / "web/panels/a/view.ts").write_text('t("Plain"); tn("%(n)s person", "%(n)s people", 1)')
    (root / "web/wasl_web/pages.py").write_text("")
    update.main([str(root / "ar.po")], root)
    assert update.main(["--check"], root) == 0
