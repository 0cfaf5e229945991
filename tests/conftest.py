"""What all tests share: numbers worth reading are printed at the end, not asserted."""

import lab
import pytest


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium."""
    with lab.chromium() as started:
        yield started


@pytest.fixture
def measured(record_property):
    """Call it with a line to print after the last test."""
    return lambda line: record_property("measured", line)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    # From the reports, which also come back from the workers of pytest-xdist.
    passed = terminalreporter.stats.get("passed", [])
    lines = [line for report in passed for name, line in report.user_properties if name == "measured"]
    if lines:
        terminalreporter.section("measured")
        for line in lines:
            terminalreporter.write_line(line)
