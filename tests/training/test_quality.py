"""The quality page: commands write their own parts and leave a person's text alone."""

from collections.abc import Sequence

import pytest

from matcher.errors import InvalidRequest
from training.quality import run_command, write_measured

PAGE = """# Quality
Written by hand.
<!-- measured: matcher-lab cluster -->
old figures
<!-- /measured -->
Between.
<!-- measured: matcher-lab answers --json -->
<!-- /measured -->
"""


def _echo(arguments: Sequence[str]) -> str:
    return f"ran {arguments}\n\n"


def test_every_command_writes_its_part_and_text_between_stays() -> None:
    page = write_measured(PAGE, _echo, "", "today, here")
    assert "old figures" not in page
    assert "ran ['matcher-lab', 'answers', '--json']\n```" in page
    assert page.startswith("# Quality\nWritten by hand.\n<!-- measured: matcher-lab cluster -->\n")
    assert "<!-- /measured -->\nBetween.\n" in page
    assert write_measured(page, _echo, "", "today, here") == page, "it can be written again"


def test_a_part_that_is_not_asked_for_stays_as_it_is() -> None:
    page = write_measured(PAGE, _echo, "answers", "today")
    assert "old figures" in page
    assert "ran ['matcher-lab', 'answers', '--json']" in page


def test_only_the_laboratory_and_python_are_run() -> None:
    with pytest.raises(InvalidRequest, match="rm -r x: only matcher-lab and python are run"):
        run_command(["rm", "-r", "x"])


@pytest.mark.process
def test_a_command_that_fails_stops_with_its_message() -> None:
    with pytest.raises(InvalidRequest, match=r"failed: .*no_such_module"):
        run_command(["python", "-m", "no_such_module"])
