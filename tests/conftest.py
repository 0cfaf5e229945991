"""What all tests share: numbers worth reading are printed at the end, not asserted."""

import pytest

MEASURED: list[str] = []


@pytest.fixture
def measured():
    """Call it with a line to print after the last test."""
    return MEASURED.append


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if MEASURED:
        terminalreporter.section("measured")
        for line in MEASURED:
            terminalreporter.write_line(line)
