"""What libraries work out anew for each console and each connection, worked out once for all tests of a worker.

Each of these answers depends on nothing but what its key here holds; a product that makes one console has no use for
them, but tests make thousands.
"""

from __future__ import annotations

from collections.abc import Callable
from inspect import CO_VARKEYWORDS, isfunction, ismethod
from typing import Any

import pytest
from aiobotocore.client import AioClientCreator
from botocore import hooks
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_alias = hooks.EventAliaser._alias_event_name
_takes_any = hooks.accepts_kwargs
_make_class = AioClientCreator._create_client_class
_parse = Stylesheet._parse_rules

_aliases: dict[str, str] = {}
_classes: dict[str, type] = {}
_parsed: dict[tuple[Any, ...], list[RuleSet]] = {}


def alias(aliaser: hooks.EventAliaser, event: str) -> str:
    """The name that botocore knows an event by now."""
    if event not in _aliases:
        _aliases[event] = _alias(aliaser, event)
    return _aliases[event]


def takes_any(handler: Callable[..., Any]) -> Any:
    """Whether a handler takes any named argument; botocore asks for the whole signature of each of 150 a session."""
    if isfunction(handler) or ismethod(handler):
        return handler.__code__.co_flags & CO_VARKEYWORDS
    return _takes_any(handler)


async def client_class(creator: AioClientCreator, service: str, model: Any) -> type:
    """The class of a service's clients, with a method for each operation."""
    if service not in _classes:
        _classes[service] = await _make_class(creator, service, model)
    return _classes[service]


def rules(stylesheet: Stylesheet, *arguments: Any, **options: Any) -> list[RuleSet]:
    """The rules of a style sheet."""
    key = (*arguments, *sorted(options.items()), *sorted(stylesheet._variables.items()))
    if key not in _parsed:
        _parsed[key] = _parse(stylesheet, *arguments, **options)
    return _parsed[key]


def work_out_once(patch: pytest.MonkeyPatch) -> None:
    """Puts what is remembered in the libraries' place."""
    patch.setattr(hooks.EventAliaser, "_alias_event_name", alias)
    patch.setattr(hooks, "accepts_kwargs", takes_any)
    patch.setattr(AioClientCreator, "_create_client_class", client_class)
    patch.setattr(Stylesheet, "_parse_rules", rules)
