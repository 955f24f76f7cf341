"""All figures of the HR factory in one table, on the smallest sizes."""

from typer.testing import CliRunner

from training.cli import app


def test_one_command_prints_every_part_and_says_what_it_left_out() -> None:
    answer = CliRunner().invoke(
        app, ["hr", "--cvs", "2", "--needs", "1", "--planted", "23"], env={"COLUMNS": "200"}
    )
    assert answer.exit_code == 0, answer.output
    for part in ("job check", "needs", "blindness", "tricks", "CVs", "plantings"):
        assert part in answer.output
    assert "38 of 38" in answer.output
    assert "--rome, --leads" in answer.output
