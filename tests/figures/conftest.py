"""The fixture `explorer`: each figure of a module's CALLS, name -> (function, controls), as the book bakes it."""

import pytest

from helpers.explore import _used, explore


def pytest_generate_tests(metafunc):
    calls = getattr(metafunc.module, "CALLS", None)
    if calls and "explorer" in metafunc.fixturenames:
        metafunc.parametrize("explorer", list(calls), indirect=True, scope="module")


@pytest.fixture(scope="module")
def explorer(request):
    name = f"test-{request.param}"
    _used.pop(name, None)  # a name may be taken once on a page, here by each test process anew
    function, controls = request.module.CALLS[request.param]
    return explore(function, name=name, live=False, **controls)
