"""docker-compose.yml and the Dockerfile, read; `make maintain WHAT=test-containers` runs them."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
OURS = {"migrate", "web", "live", "publisher", "worker", "errands"}
STORES = {"postgres", "valkey"}


@pytest.fixture(scope="module")
def compose():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def dockerfile():
    return (ROOT / "Dockerfile").read_text()


def test_every_program_of_the_product_and_both_stores_are_there(compose):
    assert set(compose["services"]) == OURS | STORES


def test_nothing_runs_as_root(compose, dockerfile):
    for name, service in compose["services"].items():
        assert service["user"] not in ("root", "0", "0:0"), name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name
    stages = dict(zip(*[iter(re.split(r"^FROM (.+)$", dockerfile, flags=re.MULTILINE)[1:])] * 2, strict=True))
    *_, last = stages
    assert last == "runtime"
    assert "USER" not in stages[last]
    assert re.search(r"^USER dobosar$", stages["python:3.12-slim AS runtime"], flags=re.MULTILINE)


def test_every_service_that_stays_has_a_health_check(compose):
    for name in (OURS | STORES) - {"migrate"}:
        assert compose["services"][name]["healthcheck"]["test"], name


def test_every_healthy_or_completed_condition_can_come_true(compose):
    for name, service in compose["services"].items():
        for other, wait in service.get("depends_on", {}).items():
            target = compose["services"][other]
            if wait["condition"] == "service_healthy":
                assert target["healthcheck"].get("test"), (name, other)
            else:
                assert wait["condition"] == "service_completed_successfully", (name, other)
                assert target["restart"] != "unless-stopped", (name, other)


def test_every_volume_and_network_in_use_is_declared(compose):
    for name, service in compose["services"].items():
        for volume in service["volumes"]:
            assert volume.partition(":")[0] in compose["volumes"], name
        assert set(service["networks"]) <= set(compose["networks"]), name


def test_the_stores_cannot_be_reached_from_outside(compose):
    assert compose["networks"]["inside"]["internal"] is True
    for name in STORES:
        assert compose["services"][name]["networks"] == ["inside"]
        assert "ports" not in compose["services"][name]
    for port in compose["services"]["web"]["ports"]:
        assert port.startswith("127.0.0.1:")


def test_the_file_holds_no_secret(compose, dockerfile):
    for name, service in compose["services"].items():
        for variable, value in service.get("environment", {}).items():
            if re.search("PASSWORD|SECRET|TOKEN|KEY|DATABASE_URL", variable):
                assert "${" in value, (name, variable)
    assert not re.search(r"^ENV.*(PASSWORD|TOKEN_KEYS|SECRET_KEY)", dockerfile, flags=re.MULTILINE)
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".git", ".data"} <= set(ignored)


def test_every_variable_is_explained_in_the_example(compose):
    text = (ROOT / "docker-compose.yml").read_text()
    asked = {name for name, default in re.findall(r"\$\{(\w+)(:?[-?]?)", text) if not default.startswith(":-")}
    explained = set(re.findall(r"^#? ?([A-Z_]+)=", (ROOT / ".env.example").read_text(), flags=re.MULTILINE))
    assert asked <= explained
    assert {"SECRET_KEY", "TOKEN_KEYS", "PUBLIC_BASE_URL", "ALLOWED_HOSTS", "EMAIL_URL"} <= explained


def test_a_running_task_may_finish_before_the_worker_is_killed(compose, settings):
    grace = int(compose["services"]["worker"]["stop_grace_period"].removesuffix("s"))
    assert grace > settings.VIDEO_TASK_TIME_LIMIT > settings.CELERY_TASK_TIME_LIMIT


def test_every_command_names_something_that_exists(compose):
    for name in OURS:
        command = compose["services"][name].get("command", [])
        if "--app" in command:
            module = command[command.index("--app") + 1]
            assert (ROOT / (module.replace(".", "/") + ".py")).exists(), name
    assert (ROOT / "launcher" / "healthy.py").exists()


def test_a_new_installation_says_in_its_log_how_it_is_set_up(compose):
    assert compose["services"]["migrate"]["command"][-3:] == ["migrate", "check", "setup_code"]
