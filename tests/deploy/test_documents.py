"""docs/operations/deploy.md and deploy/ speak of things that exist."""

import re
from pathlib import Path

import pytest

from abonent.__main__ import COMMANDS
from abonent.settings.logs import SECRET_PATHS

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "operations" / "deploy.md").read_text("utf-8")
SETTINGS = (ROOT / "docs" / "operations" / "settings.md").read_text("utf-8")
UNITS = sorted((ROOT / "deploy" / "systemd").iterdir())


def test_every_file_it_names_is_there() -> None:
    named = set(re.findall(r"\b(?:deploy|scripts|portals)/[\w./-]*\w", GUIDE))
    assert len(named) >= 8
    assert [name for name in named if not (ROOT / name).exists()] == []
    links = re.findall(r"\]\(([^)#]+)\)", GUIDE)
    assert [link for link in links if not (ROOT / "docs" / "operations" / link).resolve().exists()] == []


def test_every_command_it_names_is_there() -> None:
    named = set(re.findall(r"abonentctl ([a-z]+)", GUIDE))
    assert named >= {"migrate", "import", "check", "staff", "demo"}
    assert named <= set(COMMANDS)


def test_every_variable_of_the_example_is_explained() -> None:
    named = re.findall(r"^([A-Z_]+)=", (ROOT / "deploy" / "portal.env").read_text("utf-8"), re.M)
    assert len(named) >= 8
    for name in named:
        assert name in SETTINGS or f"`_{name.rpartition('_')[2]}`" in SETTINGS, name


@pytest.mark.parametrize("unit", UNITS, ids=lambda path: path.name)
def test_every_unit_is_enabled_or_started_by_one_that_is(unit: Path) -> None:
    timer = unit.with_suffix(".timer")
    wanted = timer if timer.exists() else unit
    assert re.search(rf"{wanted.name.removesuffix('.service')}\b", GUIDE)
    assert "WantedBy=" in wanted.read_text("utf-8")


@pytest.mark.parametrize(
    "unit", [path for path in UNITS if path.suffix == ".service"], ids=lambda path: path.name
)
def test_no_unit_runs_as_root(unit: Path) -> None:
    text = unit.read_text("utf-8")
    assert re.search(r"^User=(abonent|abonent-owner|postgres)$", text, re.M)
    if "postgres" not in text.split("User=")[1].splitlines()[0]:
        assert "NoNewPrivileges=yes" in text
        assert "ProtectSystem=strict" in text


def test_nginx_replaces_what_a_visitor_may_forge() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in text
    assert "proxy_set_header X-Forwarded-Proto https;" in text
    assert re.search(r"ssl_protocols TLSv1\.2 TLSv1\.3;", text)
    assert "Strict-Transport-Security" not in text  # the portal's own; two would void it
    assert text.count("server_tokens off;") >= 2


def test_nginx_writes_down_no_letters_link() -> None:
    """And every link of a letter is among those the portal's own log leaves out."""
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    pattern = re.search(r"~(\^/\S+) 0;", text)
    assert pattern
    subscription = ("/receipts/confirm/x/", "/receipts/unsubscribe/x/")
    of_people = ("/accounts/not-me/x/", "/confirm-email/x/", "/password/reset/key/1-x/")
    for path in ("/r/x/", *subscription, *of_people):
        assert re.match(pattern[1], path)
        assert "…" in SECRET_PATHS.sub(r"\1…", path)
    assert not re.match(pattern[1], "/receipts/")
    assert text.count("if=$abonent_logged;") == text.count("server_tokens off;")


def test_every_location_of_nginx_sets_all_the_headers_or_inherits_all() -> None:
    """One line of its own, and nginx passes on what a visitor wrote into all the others."""
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    locations = re.findall(r"location [^{]*\{(.*?)\n? *\}", text, re.S)
    outside = re.sub(r"location [^{]*\{.*?\}", "", text, flags=re.S)
    of_all = set(re.findall(r"proxy_set_header \S+", outside))
    assert len(of_all) == 7
    own = [set(re.findall(r"proxy_set_header \S+", inside)) for inside in locations]
    assert len([one for one in own if one]) == 2
    assert [one for one in own if one and not one >= of_all] == []


def test_nginx_alone_says_whose_certificate_it_was_and_writes_down_no_banks_call() -> None:
    text = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
    assert text.count("proxy_set_header X-Client-Certificate-Subject $abonent_certificate;") == 3
    verified = re.search(r"map \$ssl_client_verify \$abonent_certificate \{(.*?)\}", text, re.S)
    assert verified
    assert verified[1].split() == ["SUCCESS", "$ssl_client_s_dn;", "default", '"";']
    assert re.search(r"~\^/api/banks/ 0;", text)


def test_the_export_has_one_folder_that_the_worker_may_write_to() -> None:
    """The variable, the unit's sandbox and the guide name the same; the worker's user owns it."""
    (folder,) = re.findall(
        r"^ABONENT_EXPORT=(\S+)$", (ROOT / "deploy" / "portal.env").read_text("utf-8"), re.M
    )
    worker = (ROOT / "deploy" / "systemd" / "abonent-worker.service").read_text("utf-8")
    assert f"ReadWritePaths=-{folder}" in worker
    assert re.search(rf"install -d -m 2750 -o abonent -g abonent {re.escape(folder)}$", GUIDE, re.M)
