"""The pages: one small shell of HTML for each role; the script that Vite built draws the rest."""

from __future__ import annotations

import json
from functools import cache
from html import escape
from pathlib import Path
from typing import Any

from aiohttp import web
from aiohttp.web_fileresponse import CONTENT_TYPES

from wasl_locales.catalogue import LANGUAGES, Catalogue, direction, page_messages, words
from wasl_locales.catalogue import gettext_noop as _
from wasl_web import keys
from wasl_web.errors import Problem
from wasl_web.language import language_of, remember

STATIC = Path(__file__).parent / "static"
FOR_EVER = ("/static/assets/", "/static/icons/")
"""Folders in which a file that changes has a new name."""

TITLES = {
    "citizen": _("Wasl: talk to an employee by video"),
    "desk": _("Wasl desk"),
    "supervise": _("Wasl supervision"),
    "gallery": _("Wasl gallery"),
}
DESCRIPTION = _(
    "Talk to a government employee by video, voice or in writing, right in your browser: no app, no password."
)
"""What a search shows under the title of the citizen's page; the other pages are not to be found."""

SHELL = """<!doctype html>
<html lang="{language}" dir="{direction}" data-screen="loading" data-call="none">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1, interactive-widget=resizes-content">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
{found}
<link rel="icon" href="/static/icon.svg" type="image/svg+xml">
{links}
</head>
<body>
<div id="app"></div>
<p class="slow">{slow}</p>
<noscript><p>{no_script}</p></noscript>
<script type="application/json" id="wasl-messages">{messages}</script>
</body>
</html>
"""


async def front(request: web.Request) -> web.Response:
    """`/`: to the citizen's page, in the language last chosen or in Arabic."""
    raise web.HTTPFound(f"/{language_of(request)}/")


async def citizen(request: web.Request) -> web.Response:
    """`/{language}/`: the citizen's page."""
    language = request.match_info["language"]
    if language not in LANGUAGES:
        raise Problem("not_found")
    return _page(request, "citizen", language)


async def staff_page(request: web.Request) -> web.Response:
    """`/desk`, `/supervise`."""
    return _page(request, request.path.strip("/"), language_of(request))


def add_routes(app: web.Application) -> None:
    """Adds the pages and what they are built of."""
    app.router.add_get("/", front)
    app.router.add_get("/{language:[a-z]{2}}/", citizen)
    for name in ("desk", "supervise"):
        app.router.add_get(f"/{name}", staff_page)
    CONTENT_TYPES.add_type("font/woff2", ".woff2")
    app.router.add_static("/static/", STATIC)
    app.on_response_prepare.append(_say_how_long_to_keep)


@cache
def shell(name: str, language: str, zone: str) -> str:
    """The HTML of a page that names days and hours as they are in a time zone."""
    entry = _manifest()[f"{name}/main.ts"]
    links = [f'<link rel="stylesheet" href="/static/{sheet}">' for sheet in _sheets(entry)]
    links.append(f'<script type="module" src="/static/{entry["file"]}"></script>')
    catalogue = words(language)
    messages = page_messages(language, _sources()[name]) | {"zone": zone}
    return SHELL.format(
        language=language,
        direction=direction(language),
        title=escape(catalogue.gettext(TITLES[name])),
        found=_how_it_is_found(name, catalogue),
        links="\n".join(links),
        no_script=escape(catalogue.gettext(_("This service needs JavaScript. Please switch it on in your browser."))),
        slow=escape(
            catalogue.gettext(
                _(
                    "The page is still loading. If nothing appears, this browser may be too old for it: please open it"
                    " in a newer browser, or on another device."
                )
            )
        ),
        # "<" inside the JSON must not end the script element.
        messages=json.dumps(messages, ensure_ascii=False).replace("<", "\\u003c"),
    )


def _how_it_is_found(name: str, catalogue: Catalogue) -> str:
    if name != "citizen":
        return '<meta name="robots" content="noindex">'
    return f'<meta name="description" content="{escape(catalogue.gettext(DESCRIPTION))}">'


def _page(request: web.Request, name: str, language: str) -> web.Response:
    response = web.Response(text=shell(name, language, request.app[keys.ZONE]), content_type="text/html")
    response.headers["Cache-Control"] = "no-cache"
    response.enable_compression()
    remember(response, language)
    return response


async def _say_how_long_to_keep(request: web.Request, response: web.StreamResponse) -> None:
    if not request.path.startswith("/static/"):
        return
    is_kept = response.status < 400 and request.path.startswith(FOR_EVER)
    response.headers["Cache-Control"] = "public, max-age=31536000, immutable" if is_kept else "no-cache"


def _sheets(entry: dict[str, Any]) -> list[str]:
    """The style sheets of an entry and of all chunks that it imports, those of the chunks first."""
    imported = [sheet for chunk in entry.get("imports", []) for sheet in _sheets(_manifest()[chunk])]
    return list(dict.fromkeys([*imported, *entry.get("css", [])]))


@cache
def _sources() -> dict[str, frozenset[str]]:
    """Of each page, the files that it is built of."""
    sources = json.loads((STATIC / ".vite" / "sources.json").read_text())
    return {name: frozenset(files) for name, files in sources.items()}


@cache
def _manifest() -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((STATIC / ".vite" / "manifest.json").read_text())
    return manifest
