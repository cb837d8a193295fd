"""The code on which a feature's meaning hangs: its own, and whatever of this room it calls."""

import ast
import inspect
import re
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from types import CodeType, FunctionType
from typing import Any

_ROOM = __name__.partition(".")[0]
_CONSTANTS = (bool, int, float, str, tuple)


def meaningful_code(function: Callable[..., Any]) -> str:
    """A function's code and that of the functions and constants it reaches, without comments and docstrings.

    Methods of the frame and of the past are left out: they are the ground that features stand on.
    """
    found: dict[str, str] = {}
    _gather(function, found)
    return "\n".join(f"{name}: {code}" for name, code in sorted(found.items()))


def _gather(function: Callable[..., Any], found: dict[str, str]) -> None:
    assert isinstance(function, FunctionType)
    name = f"{function.__module__}.{function.__qualname__}"
    if name in found:
        return
    found[name] = _syntax(function)
    for word in sorted(set(_words(function.__code__))):
        value = function.__globals__.get(word)
        value = getattr(value, "compute", value)
        if isinstance(value, FunctionType) and value.__module__.partition(".")[0] == _ROOM:
            _gather(value, found)
        elif (constant := _constant(value)) is not None:
            found[f"{function.__module__}.{word}"] = constant


def _constant(value: object) -> str | None:
    if isinstance(value, re.Pattern):
        return f"{value.pattern} {value.flags}"
    if isinstance(value, frozenset):
        return repr(sorted(value))
    return repr(value) if isinstance(value, _CONSTANTS) else None


def _words(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _words(constant)


@cache
def _syntax(function: FunctionType) -> str:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            node.decorator_list = []
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)
