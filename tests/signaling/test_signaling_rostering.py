"""`wasl roster`: what is planned becomes times that citizens can book."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from wasl_signaling.__main__ import app

NAMES = ("--name-ar", "نورة", "--name-en", "Noura", "--password", "x")
TOMORROW = date.today() + timedelta(days=1)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "desk"
    wasl(folder, "staff", "add", "noura", *NAMES)
    return folder


def wasl(data: Path, *arguments: object) -> Result:
    return CliRunner().invoke(app, [*map(str, arguments), "--data", str(data)])


def shown(data: Path) -> list[str]:
    return wasl(data, "roster", "show").stdout.splitlines()


def test_a_person_is_planned_shown_and_taken_back(data: Path) -> None:
    assert shown(data) == ["Nobody is planned in this time."]
    planned = wasl(data, "roster", "plan", "noura", TOMORROW, "22:00-02:00", "--days", 2)
    assert planned.exit_code == 0, planned.stderr
    days = [TOMORROW + timedelta(days=more) for more in range(3)]
    assert shown(data) == [f"noura            {days[n]} 22:00 to {days[n + 1]} 02:00" for n in range(2)]
    again = wasl(data, "roster", "plan", "noura", TOMORROW, "23:00-23:30")
    assert again.exit_code == 2
    assert f"noura is already planned from {TOMORROW} 22:00" in again.stderr
    assert wasl(data, "roster", "remove", "noura", TOMORROW).exit_code == 0
    (left,) = shown(data)
    command = [sys.executable, "-m", "wasl_signaling", "roster", "show", "--data", str(data)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout == f"{left}\n"
    assert wasl(data, "roster", "remove", "noura", TOMORROW).exit_code == 2


def test_a_file_is_planned_whole_or_not_at_all(data: Path, tmp_path: Path) -> None:
    file = tmp_path / "plan.csv"
    for wrong, sentence in (
        ("nobody,2027-01-31,08:00-14:00", "line 3: there is nobody called nobody"),
        ("noura,31.1.2027,08:00-14:00", "line 3: not a day: 31.1.2027"),
        ("noura,2027-01-31,8-14", "line 3: not hours: 8-14"),
        ("noura,2027-01-31", "line 3: not hours: "),
    ):
        file.write_text(f"username,date,hours\nnoura,{TOMORROW},08:00-14:00\n{wrong}\n")
        refused = wasl(data, "roster", "import", file)
        assert (refused.exit_code, sentence in refused.stderr) == (2, True), refused.stderr
    assert shown(data) == ["Nobody is planned in this time."]
    file.write_text("date,hours\n")
    assert "no column username" in wasl(data, "roster", "import", file).stderr
    file.write_text(f"username,date,hours\nnoura,{TOMORROW},08:00-10:00\nnoura,{TOMORROW},10:00-14:00\n")
    assert wasl(data, "roster", "import", file).exit_code == 0
    assert len(shown(data)) == 2
