"""No widget of the console's takes a private name of Textual's: the flight view once kept a shift's id in `_id`."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from functools import cache

import pytest
from textual.message_pump import MessagePump

import lambdatui.ui


def widgets() -> Iterator[type[MessagePump]]:
    for module in pkgutil.walk_packages(lambdatui.ui.__path__, "lambdatui.ui."):
        for value in vars(importlib.import_module(module.name)).values():
            if inspect.isclass(value) and issubclass(value, MessagePump) and value.__module__ == module.name:
                yield value


@cache
def assigned(kind: type) -> frozenset[str]:
    """The private attributes that the methods of a class give to `self`."""
    return frozenset(
        node.attr
        for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(kind))))
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        and node.attr.startswith("_")
    )


@pytest.mark.parametrize("kind", widgets(), ids=lambda kind: kind.__name__)
def test_it_keeps_nothing_under_a_private_name_of_textual(kind: type[MessagePump]) -> None:
    theirs = [base for base in kind.__mro__ if base.__module__.startswith("textual.")]
    assert assigned(kind).isdisjoint(set().union(*(assigned(base) | set(vars(base)) for base in theirs)))
