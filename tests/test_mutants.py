"""Every mutant dies, and by the check that is named for it."""

import importlib

import pytest
from mutants import MUTANTS, module_name, mutate

# How a wrong number shows: a failed comparison, a shape that does not fit, a value that is not finite. An
# error of another kind (a name that does not exist) would be a fault of the mutant, not a catch of the check.
DEATHS = (AssertionError, ValueError, ZeroDivisionError, RuntimeWarning)


@pytest.mark.parametrize(
    ("check", "module"),
    list(dict.fromkeys((m.killer, module_name(m)) for m in MUTANTS)),
    ids=lambda value: value if isinstance(value, str) else f"{value.__module__}.{value.__name__}",
)
def test_the_check_passes_the_original(check, module):
    check(importlib.import_module(module))


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: m.name)
def test_the_check_kills_the_mutant(mutant):
    mutated, places = mutate(mutant)
    assert places == 1, f"{mutant.old!r} stands in {mutant.target} {places} times"
    with pytest.raises(DEATHS):
        mutant.killer(mutated)


def test_names_are_unique():
    names = [m.name for m in MUTANTS]
    assert len(set(names)) == len(names)
