"""The examples in the docstrings of the words and of the features hold."""

import doctest
import pkgutil
from importlib import import_module

import pytest

import features
import hotline
from tests import builders

MODULES = [
    f"{package.__name__}.{module.name}"
    for package in (hotline, features)
    for module in pkgutil.iter_modules(package.__path__)
]


@pytest.mark.parametrize("module", [*MODULES, builders.__name__])
def test_the_examples_of_a_module_hold(module: str) -> None:
    assert not doctest.testmod(import_module(module)).failed


def test_there_are_examples() -> None:
    assert sum(doctest.testmod(import_module(module)).attempted for module in MODULES) >= 10
