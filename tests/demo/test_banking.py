"""The practice bank as a process, and what a portal is told of it."""

import os
import signal
import socket
import urllib.request
from pathlib import Path

import pytest

from abonent.demo.bank.keys import master_key
from abonent.demo.banking import PracticeBank, open_bank
from abonent.demo.portals import bank_port, choose
from abonent.demo.processes import PortalDied, wait_for_answers


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def test_it_answers_and_ends_with_the_block_and_its_death_is_told(tmp_path: Path) -> None:
    bank = PracticeBank(_free_port(), tmp_path / "bank")
    with open_bank(bank) as running:
        wait_for_answers([running])
        with urllib.request.urlopen(bank.url) as page:
            assert page.status == 200
        running.check()
        os.kill(running.process.pid, signal.SIGKILL)
        running.process.wait()
        running.log.write_text("what went wrong\n")
        with pytest.raises(PortalDied, match=r"practice bank ended \(exit code -9\)(.|\n)*what went wrong"):
            running.check()


def test_each_portal_knows_the_address_and_secrets_of_its_own(tmp_path: Path) -> None:
    bank = PracticeBank(9005, tmp_path / "bank")
    housing, aes, pes = (
        bank.environment(place) for code in ("housing", "aes", "pes") for place in choose([code])
    )
    assert {told["ABONENT_SANDBOX_BANK"] for told in (housing, aes, pes)} == {"http://127.0.0.1:9005"}
    secrets = [
        *(housing[f"ABONENT_GATEWAY_{code}_SECRET"] for code in ("CARD", "SBP")),
        *(told[name] for told in (aes, pes) for name in told if name.endswith("_SECRET")),
    ]
    assert {"ABONENT_BANK_KASPI_SECRET"} < aes.keys()
    assert {"ABONENT_BANK_SBERBANK_SECRET"} < pes.keys()
    assert len(set(secrets)) == len(secrets) == 6
    assert bank.environment(choose(["aes"])[0]) == aes, "the key is kept"


def test_the_key_is_the_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "bank"
    key = master_key(folder)
    assert len(key) >= 48
    assert (folder / "key").stat().st_mode & 0o077 == 0
    assert [path.name for path in folder.iterdir()] == ["key"]


def test_its_port_comes_after_the_four_portals() -> None:
    taken = {place.port for place in choose([])}
    assert bank_port(8001) not in taken
    assert bank_port(9001) == 9005


def test_a_portal_of_one_s_own_leaves_the_bank_its_port(tmp_path: Path) -> None:
    text = Path("portals/pes.toml").read_text("utf-8")
    mine = tmp_path / "mine.toml"
    mine.write_text(text.replace('code = "pes"', 'code = "mine"').replace('logo = "pes.svg"', ""), "utf-8")
    places = choose(["aes", "pes", "housing", "alseco", str(mine)])
    assert [place.port for place in places] == [8001, 8002, 8003, 8004, 8006]
