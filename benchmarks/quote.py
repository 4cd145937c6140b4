"""A quote: microseconds from a tariff and volumes to lines that explain themselves.

    python -m benchmarks.quote [--quick]

From one rate to three scales in three ranges over two segments, by the processor's time. A tariff is read
once, before; reading its file is timed apart. Every round asks for another volume, so that nothing can be
remembered. Beside each case stands the plainest arithmetic there is: as many `Decimal`s multiplied and
rounded as it has lines. The ratio is what checking the question, dividing by days and levels and saying the
rules cost.
"""

import argparse
import gc
import multiprocessing
import platform
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

from abonent.base.money import round_half_up
from abonent.tariffs.calculator import Quote, Tariff, parse_tariff, quote

TARIFFS = Path(__file__).resolve().parents[1] / "tariffs"
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
ACROSS = (date(2026, 10, 16), date(2026, 11, 15))


@dataclass(frozen=True)
class Case:
    name: str
    tariff: Tariff
    days: tuple[date, date]
    volumes: dict[str, Decimal]
    residents: int | None = None
    categories: tuple[str, ...] = ()

    def ask(self, more: Decimal = Decimal(0)) -> Quote:
        volumes = {scale: volume + more for scale, volume in self.volumes.items()}
        return quote(
            self.tariff,
            first=self.days[0],
            last=self.days[1],
            volumes=volumes,
            residents=self.residents,
            categories=self.categories,
        )


def read(name: str) -> Tariff:
    return parse_tariff((TARIFFS / name).read_text("utf-8"), name)


def cases() -> list[Case]:
    three = {"peak": Decimal(150), "half_peak": Decimal(200), "night": Decimal(120)}
    levels = read("almaty-levels.toml")
    example = read("example.toml")
    return [
        Case("one rate", read("almaty-flat.toml"), OCTOBER, {"total": Decimal(200)}),
        Case("3 levels, a month", levels, OCTOBER, {"total": Decimal(400)}, 2),
        Case("3 levels, an electric stove, 31 days of two months", levels, ACROSS, {"total": Decimal(500)}, 2,
             ("electric_stove",)),
        Case("3 scales x 3 ranges x 2 segments", example, ACROSS, three, 1),
    ]  # fmt: skip


def timed(work: Callable[[Decimal], object], rounds: int) -> float:
    """Microseconds of the processor for one call: the median of twenty batches."""
    batches = []
    for batch in range(20):
        volumes = [Decimal(batch * rounds + number).scaleb(-3) for number in range(rounds)]
        began = time.process_time()
        for more in volumes:
            work(more)
        batches.append((time.process_time() - began) * 1e6 / rounds)
    return statistics.median(batches)


def bare(case: Case) -> Callable[[Decimal], object]:
    """As many multiplications and roundings as the case has lines, and their sum."""
    pairs = [(line.volume, line.rate) for line in case.ask().lines]

    def work(more: Decimal) -> object:
        return sum((round_half_up((volume + more) * rate) for volume, rate in pairs), Decimal(0))

    return work


def machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
    load = Path("/proc/loadavg").read_text().split()[0]
    cores = multiprocessing.cpu_count()
    return f"{model}, {cores} cores (load {load} at the start), Python {platform.python_version()}"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few rounds")
    quick = parser.parse_args().quick
    rounds = 50 if quick else 1000
    print(f"Machine: {machine()}\nDate: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(f"Command: `python -m benchmarks.quote{' --quick' if quick else ''}`\n")
    print("| case | lines | a quote, µs | as JSON too, µs | bare arithmetic, µs | ratio | quotes/s |")
    print("|---|--:|--:|--:|--:|--:|--:|")
    gc.disable()
    for case in cases():
        whole = timed(case.ask, rounds)
        told = timed(lambda more, case=case: case.ask(more).as_dict(), rounds)  # type: ignore[misc]
        plain = timed(bare(case), rounds)
        print(
            f"| {case.name} | {len(case.ask().lines)} | **{whole:.0f}** | {told:.0f} | {plain:.1f} "
            f"| {whole / plain:.0f} | {1e6 / whole:,.0f} |"
        )
    text = (TARIFFS / "example.toml").read_text("utf-8")
    print(f"\nReading tariffs/example.toml: {timed(lambda _: parse_tariff(text), rounds // 50):.0f} µs.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
