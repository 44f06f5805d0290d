"""Engines by name."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from wasl_media.captions import Engine
from wasl_media.engines.port import EngineError, SpeechEngine

_ADAPTERS = {
    "whisper": ("wasl_media.engines.whisper", "WhisperEngine"),
    "vosk": ("wasl_media.engines.vosk", "VoskEngine"),
    "pocketsphinx": ("wasl_media.engines.pocketsphinx", "PocketSphinxEngine"),
}
NAMES = sorted(_ADAPTERS)
NEEDS_NO_MODEL = {"pocketsphinx"}


def load_engine(engine: Engine) -> SpeechEngine:
    """The engine, ready to listen. Raises EngineError: unknown, not installed, or its model is missing or broken."""
    if engine.name not in _ADAPTERS:
        raise EngineError(f"There is no caption engine called {engine.name!r}; there are {', '.join(NAMES)}.")
    make = _adapter(engine.name)
    missing = f"The model of {engine} is missing"
    if engine.name not in NEEDS_NO_MODEL and not engine.model:
        raise EngineError(f"{missing}: give its path.")
    if engine.model and not Path(engine.model).is_dir():
        raise EngineError(f"{missing}: {engine.model!r} is not a folder.")
    try:
        return make(engine.language, engine.model)
    except EngineError:
        raise
    except Exception as error:  # libraries raise anything, RuntimeError and plain Exception among it
        raise EngineError(f"The model of {engine} cannot be loaded: {error or type(error).__name__}.") from error


def _adapter(name: str) -> Callable[[str, str], SpeechEngine]:
    module, adapter = _ADAPTERS[name]
    try:
        made: Callable[[str, str], SpeechEngine] = getattr(import_module(module), adapter)
    except ImportError as error:
        raise EngineError(
            f"The caption engine {name} is not installed: pip install 'wasl[{name}]' ({error})."
        ) from error
    return made
