"""The REST API as an OpenAPI 3.1 document, made from the types that the handlers use."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema


def document() -> dict[str, Any]:
    """The document; it is small enough to be made for each request."""
    # Imported here because the handlers' module serves this document.
    from wasl_web.api import NotificationsView, ServicesView
    from wasl_web.errors import ErrorView
    from wasl_web.page_errors import PageError
    from wasl_web.sign_in import SessionView, SignIn

    models: list[type[BaseModel]] = [ServicesView, NotificationsView, SessionView, SignIn, PageError, ErrorView]
    _, schemas = models_json_schema(
        [(model, "serialization") for model in models], ref_template="#/components/schemas/{model}"
    )
    failure = {
        "type": "object",
        "required": ["error"],
        "properties": {"error": {"$ref": "#/components/schemas/ErrorView"}},
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Wasl",
            "version": "1",
            "description": "The REST part; docs/protocol.md has the rest.",
        },
        "paths": {
            "/api/v1/services": {"get": _get("Bodies and their services", "ServicesView", [_LANGUAGE])},
            "/api/v1/notifications": {
                "get": _get("How a citizen can be reached who is not on the page", "NotificationsView", [])
            },
            "/api/v1/session": {
                "get": _get("Who is signed in", "SessionView", [], 401),
                "post": {
                    "summary": "Sign in; sets the session cookie",
                    "requestBody": {"required": True, "content": _json("SignIn")},
                    "responses": {"200": _reply("SessionView"), **_failures(400, 401, 403, 413, 429)},
                },
                "delete": {
                    "summary": "Sign out",
                    "responses": {"204": {"description": "Signed out"}, **_failures(403)},
                },
            },
            "/api/v1/page-errors": {
                "post": {
                    "summary": "Count an error in the script of a page",
                    "requestBody": {"required": True, "content": _json("PageError")},
                    "responses": {"204": {"description": "Counted"}, **_failures(400, 403, 413, 429)},
                },
            },
        },
        "components": {
            "schemas": {**schemas["$defs"], "Failure": failure},
        },
    }


_LANGUAGE = {"name": "language", "in": "query", "schema": {"type": "string", "enum": ["ar", "en"]}}


def _get(summary: str, model: str, parameters: list[dict[str, Any]], *failures: int) -> dict[str, Any]:
    return {
        "summary": summary,
        "parameters": parameters,
        "responses": {"200": _reply(model), **_failures(*failures)},
    }


def _json(model: str) -> dict[str, Any]:
    return {"application/json": {"schema": {"$ref": f"#/components/schemas/{model}"}}}


def _reply(model: str) -> dict[str, Any]:
    return {"description": model, "content": _json(model)}


def _failures(*statuses: int) -> dict[str, Any]:
    return {str(status): {"description": "Why not", "content": _json("Failure")} for status in statuses}
