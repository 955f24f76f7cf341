"""What the page on the API names, for the tests that keep it complete."""

import re
from pathlib import Path

PAGE = (Path(__file__).parents[1] / "docs" / "api.md").read_text("utf-8")


def named() -> set[str]:
    """Every word that stands between backticks on the page, outside blocks of commands."""
    prose = re.sub(r"```.*?```", "", PAGE, flags=re.DOTALL)
    return {word for span in re.findall(r"`([^`]+)`", prose) for word in re.findall(r"\w+", span)}
