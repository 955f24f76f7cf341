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
PROXY = (ROOT / "deploy/nginx.conf").read_text("utf-8")
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
    assert awaited == set(images) - {"proxy"}, "nothing waits for the proxy, which waits for the workers"
    assert all("healthcheck" in SERVICES[name] for name in images)


def directive(name: str) -> list[str]:
    """The values of a directive of the proxy, in their order."""
    return re.findall(r"^\s*" + name + r"\s+([^;{#]+);", PROXY, flags=re.MULTILINE)


def test_only_the_proxy_is_reached_from_outside_and_it_reaches_two_workers():
    published = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}
    [port] = published.pop("proxy")
    assert not published
    assert port.startswith("127.0.0.1:")
    assert directive("listen") == [port.rpartition(":")[2]]
    [served] = re.findall(r"MATCHER_PORT=(\d+)", DOCKERFILE)
    assert directive("server") == [f"matcher:{served} max_fails=0"]
    assert SERVICES["matcher"]["command"] == ["serve", "--workers", "2"]
    assert "./deploy/nginx.conf:" in SERVICES["proxy"]["volumes"][0]


def test_the_proxy_limits_what_one_address_sends_and_passes_on_who_it_is():
    assert directive("limit_req_zone")
    assert directive("limit_req")
    assert directive("limit_conn")
    assert {"client_header_timeout", "client_body_timeout"} <= set(re.findall(r"client_\w+_timeout", PROXY))
    [body] = directive("client_max_body_size")
    assert int(body.removesuffix("m")) * 2**20 == Settings.model_fields["max_upload_bytes"].default
    assert directive("access_log") == ["off"], "addresses hold tokens and what was asked"
    passed = dict(line.split(maxsplit=1) for line in directive("proxy_set_header"))
    assert passed["X-Forwarded-For"] == "$remote_addr", "what a client says of itself counts for nothing"
    assert passed["X-Forwarded-Proto"] == "$scheme"
    assert SERVICES["matcher"]["environment"]["FORWARDED_ALLOW_IPS"] == "*"


def test_all_that_the_other_services_are_told_the_workers_are_told_too():
    given = dict(SERVICES["matcher"]["environment"])
    assert given.pop("FORWARDED_ALLOW_IPS")
    assert given == SERVICES["migrate"]["environment"]


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


def test_the_workers_fit_into_the_memory_of_their_container() -> None:
    service = SERVICES["matcher"]
    workers = int(service["command"][service["command"].index("--workers") + 1])
    kept_gb = int(service["environment"]["MATCHER_KEPT_ITEMS_MB"]) / 1000
    assert workers * (1 + kept_gb) <= float(service["mem_limit"].removesuffix("g"))
