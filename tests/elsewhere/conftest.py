"""These tests build environments for minutes: only `-m elsewhere` (make test-elsewhere) runs them."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    asked = config.getoption("markexpr").split()
    if "elsewhere" in asked and "not" not in asked:
        return
    kept = [item for item in items if not item.get_closest_marker("elsewhere")]
    config.hook.pytest_deselected(items=[item for item in items if item.get_closest_marker("elsewhere")])
    items[:] = kept
