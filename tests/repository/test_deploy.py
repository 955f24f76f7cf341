"""The deployment files name only settings, files and variables that exist."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

from matcher.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8")
COMPOSE = (ROOT / "compose.yaml").read_text("utf-8")
EXAMPLE = (ROOT / ".env.example").read_text("utf-8")
SERVICES = yaml.safe_load(COMPOSE)["services"]


def test_every_variable_is_a_setting():
    named = set(re.findall(r"\bMATCHER_(\w+)[:=]", DOCKERFILE + COMPOSE + EXAMPLE))
    assert {name.lower() for name in named} <= set(Settings.model_fields)


def test_the_example_environment_holds_every_secret_and_no_value():
    asked = set(re.findall(r"\$\{(\w+)", COMPOSE))
    lines = [line for line in EXAMPLE.splitlines() if line and not line.startswith("#")]
    assert {line.partition("=")[0] for line in lines} == asked
    assert all(line.endswith("=") for line in lines)


def test_what_the_image_copies_is_let_in_by_dockerignore():
    let_in = {
        line[1:] for line in (ROOT / ".dockerignore").read_text("utf-8").splitlines() if line.startswith("!")
    }
    copies = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    copied = {name for line in copies for name in line.split()}
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


def test_the_laboratory_is_not_in_the_image():
    assert "training" not in DOCKERFILE


def test_the_image_installs_the_torch_the_project_pins():
    pinned = re.findall(r"torch==[\d.]+", (ROOT / "pyproject.toml").read_text("utf-8"))
    assert set(re.findall(r"torch==[\d.]+", DOCKERFILE)) == set(pinned)


def test_the_image_runs_without_rights_and_says_whether_it_lives():
    last = DOCKERFILE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^USER (?!0|root)", last, flags=re.MULTILINE)
    assert "HEALTHCHECK" in last
    assert "/healthz" in last


def test_images_are_pinned_and_what_others_wait_for_is_checked():
    images = {name: service["image"] for name, service in SERVICES.items() if "build" not in service}
    assert all(re.search(r":v?\d+\.\d+", image) for image in images.values())
    awaited = {
        name
        for service in SERVICES.values()
        for name, wait in service.get("depends_on", {}).items()
        if wait["condition"] == "service_healthy"
    }
    assert awaited == set(images)
    assert all("healthcheck" in SERVICES[name] for name in awaited)


@pytest.mark.process
def test_the_import_takes_the_files_it_is_given_or_the_shipped_catalogue(tmp_path):
    said = tmp_path / "said"
    matcher = tmp_path / "matcher"
    matcher.write_text(f'#!/bin/sh\necho "$@" >> {said}\n')
    matcher.chmod(0o755)
    entrypoint = [part.replace("$$", "$") for part in SERVICES["import"]["entrypoint"]]
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    subprocess.run([*entrypoint, "/office/a b.xlsx", "--dry-run"], env=environment, check=True)
    assert said.read_text() == "import /office/a b.xlsx --dry-run\n"
    said.unlink()
    subprocess.run(entrypoint, env=environment, check=True)
    imported = said.read_text().splitlines()
    assert imported[0] == "import data/catalogue/organisations.csv", "others refer to organisations"
    files = [line.removeprefix("import ") for line in imported]
    assert len(files) > 1
    assert all((ROOT / file).is_file() for file in files)
