"""`abonent demo`: which portals, on which ports, and what it says of them."""

import socket
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from subprocess import Popen
from typing import cast

import pytest

from abonent.base.errors import DomainError
from abonent.demo import cli
from abonent.demo.portals import PortInUse, check_ports, choose, environment
from abonent.demo.processes import House
from abonent.portal.profile import ProfileError

TODAY = date(2026, 11, 21)
BANK = "http://127.0.0.1:8005/"


def test_all_four_portals_have_their_ports_and_databases() -> None:
    assert [(p.profile.code, p.port, p.database) for p in choose([])] == [
        ("aes", 8001, "abonent_aes"),
        ("pes", 8002, "abonent_pes"),
        ("housing", 8003, "abonent_housing"),
        ("alseco", 8004, "abonent_alseco"),
    ]


def test_one_portal_keeps_its_port_and_others_can_be_asked_for() -> None:
    assert [(p.profile.code, p.url) for p in choose(["pes"])] == [("pes", "http://127.0.0.1:8002/")]
    assert [p.port for p in choose(["pes", "aes"], first_port=9001)] == [9001, 9002]


def test_a_profile_of_one_s_own_gets_the_next_port(tmp_path: Path) -> None:
    text = Path("portals/pes.toml").read_text("utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('code = "pes"', 'code = "mine"').replace('logo = "pes.svg"', ""), "utf-8")
    places = choose(["aes", str(mine)])
    assert [(p.profile.code, p.port, p.database) for p in places] == [
        ("aes", 8001, "abonent_aes"),
        ("mine", 8002, "abonent_mine"),
    ]


def test_an_unknown_portal_is_named() -> None:
    with pytest.raises(ProfileError, match=r"nowhere\.toml"):
        choose(["nowhere"])


def test_a_port_in_use_is_named_before_anything_starts() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(PortInUse, match=f"port {port} is in use"):
            check_ports(choose(["aes"], first_port=port))
        assert issubclass(PortInUse, DomainError)


def test_children_know_their_portal_and_that_it_is_the_demo() -> None:
    place = choose(["pes"])[0]
    given = environment(place, "postgresql:///abonent_pes")
    assert given["ABONENT_PORTAL"].endswith("portals/pes.toml")
    assert given["ABONENT_DEMO"] == "1"
    assert given["ABONENT_URL"] == "http://127.0.0.1:8002"


def a_house(code: str, **facts: object) -> House:
    known = {
        "name": code.upper(),
        "by_email": False,
        "office": "/login/?next=/office/",
        "number": "17",
        "facts": {},
        "town_is_of": str(TODAY),
    }
    return House(choose([code])[0], cast("Popen[str]", None), Path("log"), "serving", {**known, **facts})


def test_the_summary_says_all_that_is_needed_to_walk_in() -> None:
    payment = {"last_payment_date": "13.11.2026", "last_payment_amount": "1239,57"}
    said = cli.summary([a_house("pes", facts=payment)], bank=BANK, seconds=3.2, today=TODAY)
    assert "PES: http://127.0.0.1:8002/" in said
    assert "demo / demo" in said
    assert "operator / operator   http://127.0.0.1:8002/login/?next=/office/" in said
    assert "account 17, last paid on 13.11.2026, amount of that payment 1239,57" in said
    assert "http://127.0.0.1:8002/demo/mail/" in said
    assert "month old" not in said


def test_where_people_sign_in_by_email_the_summary_says_so() -> None:
    said = cli.summary([a_house("housing", by_email=True)], bank=BANK, seconds=3, today=TODAY)
    assert "demo@example.kz / demo" in said
    assert "operator@example.kz / operator" in said


def test_data_of_one_s_own_are_shown_without_the_demo_s_people() -> None:
    house = House(choose(["aes"])[0], cast("Popen[str]", None), Path("log"), "serving", {"name": "Mine"})
    said = cli.summary([house], bank=BANK, seconds=3, today=TODAY)
    assert "Mine: http://127.0.0.1:8001/   (data of your own" in said
    assert "demo / demo" not in said


def test_a_town_of_an_earlier_version_is_kept_and_told_of() -> None:
    said = cli.summary([a_house("aes", complete=False), a_house("pes")], bank=BANK, seconds=3, today=TODAY)
    assert "aes are of an earlier version: `make clean` makes new ones" in said


def test_an_old_town_is_kept_and_told_of() -> None:
    said = cli.summary([a_house("aes", town_is_of="2026-09-01")], bank=BANK, seconds=3, today=TODAY)
    assert "aes are more than a month old: `make clean` makes new ones" in said


def test_the_town_s_bundle_can_be_had_as_files(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = ArgumentParser()
    cli.add_arguments(parser)
    assert cli.run(parser.parse_args(["pes", "--write-bundle", str(tmp_path / "one")])) == 0
    assert cli.run(parser.parse_args(["pes", "aes", "--write-bundle", str(tmp_path / "two")])) == 0
    found = sorted(str(path.relative_to(tmp_path)) for path in tmp_path.rglob("charges.csv"))
    assert found == ["one/charges.csv", "two/aes/charges.csv", "two/pes/charges.csv"]
    assert str(tmp_path / "two" / "aes") in capsys.readouterr().out


def test_what_the_command_takes() -> None:
    parser = ArgumentParser()
    cli.add_arguments(parser)
    assert parser.parse_args(["pes", "--load-only"]).portal == ["pes"]
    assert parser.parse_args([]).first_port == 8001
