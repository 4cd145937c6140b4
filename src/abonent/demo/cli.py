"""`abonent demo`, which `make run` calls: the portals with a made-up town each, on this machine only."""

import argparse
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from pathlib import Path

from abonent.demo import databases
from abonent.demo.banking import PracticeBank, open_bank
from abonent.demo.portals import FIRST_PORT, Place, bank_port, check_ports, choose
from abonent.demo.processes import House, Served, open_houses, wait_for_answers, wait_until, watch
from abonent.demo.town import write_bundle
from abonent.interfaces.cli.surroundings import embedded_server, home

STAGES = {
    "counter": "the office's counter",
    "starting": "starting",
    "migrations": "bringing the database up to date",
    "town": "making the town",
    "import": "importing its bundle",
    "people": "adding people",
    "readings": "sending readings",
    "ready": "ready",
    "serving": "opening",
}
FACTS = {
    "last_payment_month": "last paid in",
    "last_payment_month_and_day": "last paid on (day and month)",
    "last_payment_date": "last paid on",
    "last_payment_amount": "amount of that payment",
    "surname": "surname",
    "flat": "flat",
}
OLD = timedelta(days=31)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "portal",
        nargs="*",
        help="names in portals/ or paths to .toml files (default: ABONENT_PORTAL, or all)",
    )
    parser.add_argument(
        "--first-port", type=int, default=FIRST_PORT, help="port of the first portal (default %(default)s)"
    )
    parser.add_argument("--load-only", action="store_true", help="prepare databases and towns, then stop")
    parser.add_argument(
        "--write-bundle",
        type=Path,
        metavar="FOLDER",
        help="write the town's bundle there and do nothing else",
    )


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C or SIGTERM; then everything that was started is stopped, the database too.

    The first run makes databases and towns, later ones keep them. Safe to repeat and to kill. Raises
    PortInUse, PortalDied, NotMigrated, ProfileError.
    """
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job ignores it otherwise
    begun = time.monotonic()
    named = options.portal or os.environ.get("ABONENT_PORTAL", "").split()
    places = choose(named, first_port=options.first_port)
    if options.write_bundle:
        return _write_bundles(places, options.write_bundle)
    serve, logs = not options.load_only, home() / "demo"
    bank = PracticeBank(bank_port(options.first_port), logs / "bank")
    if serve:
        check_ports(places, bank.port)
    _say("PostgreSQL …")
    with ExitStack() as stack:
        server = stack.enter_context(_server())
        _say("databases …")
        databases.prepare(server, places)
        others = [stack.enter_context(open_bank(bank))] if serve else []
        paying = bank.environment if serve else _no_bank
        houses = stack.enter_context(open_houses(server, places, serve=serve, logs=logs, paying=paying))
        wait_until(houses, "serving" if serve else "ready", changed=_progress(houses))
        if not serve:
            return 0
        wait_for_answers([*houses, *others])
        _say("")
        seconds = time.monotonic() - begun
        sys.stdout.write(summary(houses, bank=bank.url, seconds=seconds, today=_today()))
        sys.stdout.flush()
        return _until_stopped([*houses, *others])


def _no_bank(place: Place) -> Mapping[str, str]:
    """Where nobody is served, nobody is paid."""
    return {}


def _write_bundles(places: Sequence[Place], folder: Path) -> int:
    """One town's files in `folder` itself, those of several in a folder for each."""
    for place in places:
        code = place.profile.code
        directory = folder if len(places) == 1 else folder / code
        write_bundle(code, directory, today=_today(), country=place.profile.country)
        sys.stdout.write(f"{directory}\n")
    return 0


def summary(houses: Sequence[House], *, bank: str, seconds: float, today: date) -> str:
    """What a person needs to walk in, for each portal."""
    lines = [f"\n{len(houses)} portals are open after {seconds:.0f} s.\n" if len(houses) > 1 else ""]
    for house in houses:
        lines += _portal(house)
    lines += [f"Practice bank, where all of them are paid with made-up money: {bank}", ""]
    made = {house.place.profile.code: house.facts.get("town_is_of", "None") for house in houses}
    old = [code for code, day in made.items() if day != "None" and date.fromisoformat(day) + OLD < today]
    if old:
        lines.append(f"The towns of {', '.join(old)} are more than a month old: `make clean` makes new ones.")
    earlier = [house.place.profile.code for house in houses if not house.facts.get("complete", True)]
    if earlier:
        lines.append(
            f"The towns of {', '.join(earlier)} are of an earlier version: `make clean` makes new ones."
        )
    lines.append("Ctrl-C stops everything and keeps the data; `make clean` forgets it.\n")
    return "\n".join(lines)


def _portal(house: House) -> list[str]:
    url, facts = house.place.url, house.facts
    if "number" not in facts:
        return [f"{facts['name']}: {url}   (data of your own, so without the demo's people)", ""]

    def who(login: str) -> str:
        return f"{login}@example.kz / {login}" if facts["by_email"] else f"{login} / {login}"

    family = ("family@example.kz" if facts["by_email"] else "family") + " / demo"
    known = ", ".join(f"{FACTS[fact]} {text}" for fact, text in facts["facts"].items())
    return [
        f"{facts['name']}: {url}",
        f"  customer  {who('demo')}   (three accounts; {family} sees two of them)",
        f"  staff     {who('operator')}   {url.rstrip('/')}{facts['office']}",
        f"            {who('accountant')}, {who('admin')}",
        f"  to link   account {facts['number']}, {known}",
        f"  mail      {url}demo/mail/",
        "",
    ]


@contextmanager
def _server() -> Iterator[str]:
    """The server of `DATABASE_URL`, whose role must be allowed to make databases, or the embedded one."""
    given = os.environ.get("DATABASE_URL")
    if given:
        yield given
        return
    with embedded_server() as url:
        yield url


def _until_stopped(served: Sequence[Served]) -> int:
    try:
        watch(served)
    except KeyboardInterrupt:
        _say("stopping …")
    return 0


def _progress(houses: Sequence[House]) -> Callable[[House], None]:
    def changed(house: House) -> None:
        if sys.stderr.isatty():
            _say("   ".join(f"{one.place.profile.code}: {STAGES[one.stage]}" for one in houses))
        else:
            _say(f"{house.place.profile.code}: {STAGES[house.stage]}")

    return changed


def _say(text: str) -> None:
    """Progress: one line that changes on a terminal, lines elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\033[K{text}")
    elif text:
        sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def _today() -> date:
    return date.today()  # noqa: DTZ011 - the day on this machine
