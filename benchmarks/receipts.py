"""One receipt as PDF, and ten thousand: ours against WeasyPrint and reportlab on the same two pages.

    python -m benchmarks.receipts [--quick]

The content is the housing bill (13 columns, nested lines, payment QR) and its back. Every contestant gets the
same receipts, no two alike, and is timed from the receipt's values to the bytes of the PDF, in a process of
its own, warm. "Bulk" is documents of 25 receipts; where a contestant is quicker drawing them one by one, that
counts as its bulk. Receipts a second are of bulk, on one core and on two (a process a core). The tables are
made in one run; the goals are those of docs/benchmarks.md.
"""

import argparse
import multiprocessing
import platform
import resource
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from importlib.metadata import version
from itertools import count, islice
from pathlib import Path
from typing import ParamSpec, TypeVar

from abonent.bills.paper import Receipt, render_many, render_receipt
from abonent.bills.paper.content import receipt_content, sheet_content
from benchmarks.receipt_rate import Rate
from benchmarks.rivals.shared import Rival
from tests.bills.paper.examples import housing_back, housing_receipt

P = ParamSpec("P")
T = TypeVar("T")

PER_DOCUMENT = 25
GOAL_SINGLE, GOAL_BULK = 8.0, 15.0
OURS = "abonent (typst, tagged)"


def receipts() -> Iterator[Receipt]:
    """Endless, no two alike: every figure, name and account differs."""
    base = housing_receipt
    for n in count(1):
        more = Decimal(n) / 100
        lines = tuple(
            replace(line, accrued=(line.accrued or 0) + more, to_pay=(line.to_pay or 0) + more)
            for line in base.lines
        )
        customer = replace(base.customer, account=f"{6262000 + n}", name=f"Коваленко Пётр {n}")
        totals = replace(base.totals, closing=base.totals.closing + more)
        yield replace(base, lines=lines, customer=customer, totals=totals)


@dataclass(frozen=True)
class Result:
    """Milliseconds of the clock and of the processor, kilobytes of one receipt, peak megabytes."""

    name: str
    single: float
    single_cpu: float
    bulk: float
    bulk_cpu: float
    single_kb: float
    bulk_kb: float
    peak_mb: int


def _ours() -> Callable[[list[Receipt]], bytes]:
    def draw(batch: list[Receipt]) -> bytes:
        if len(batch) == 1:
            return render_receipt(batch[0], template="housing", back=housing_back)
        documents = render_many(batch, template="housing", back=housing_back, per_document=len(batch))
        (document,) = documents
        return document

    return draw


def _rival(name: str) -> Callable[[list[Receipt]], bytes]:
    # Imported here: the memory of a contestant is its own.
    rival: Rival
    if name == "reportlab":
        from benchmarks.rivals.lab import Reportlab

        rival = Reportlab()
    else:
        from benchmarks.rivals.weasy import WeasyPrint

        rival = WeasyPrint(tagged=name.endswith("tagged"))

    def draw(batch: list[Receipt]) -> bytes:
        contents = [receipt_content(receipt) for receipt in batch]
        return rival.draw(sheet_content("bill", "Счета", ("ru",), contents, housing_back))

    return draw


def _timed(
    draw: Callable[[list[Receipt]], bytes], source: Iterator[Receipt], per: int, samples: int
) -> tuple[float, float, float]:
    """Medians of clock and processor for one receipt, and its kilobytes, over documents of `per`."""
    clock, cpu, size = [], [], 0
    for _ in range(samples):
        batch = list(islice(source, per))
        began, began_cpu = time.perf_counter(), time.process_time()
        size = len(draw(batch))
        clock.append((time.perf_counter() - began) * 1000 / per)
        cpu.append((time.process_time() - began_cpu) * 1000 / per)
    return statistics.median(clock), statistics.median(cpu), size / per / 1000


def contestant(name: str) -> tuple[Iterator[Receipt], Callable[[list[Receipt]], bytes]]:
    """Endless receipts, and what draws them; made in the process that measures."""
    return receipts(), _ours() if name == OURS else _rival(name)


def measure(name: str, singles: int, documents: int) -> Result:
    """Run inside a process of its own, so that the peak is the contestant's."""
    source, draw = contestant(name)
    _timed(draw, source, 1, 3)
    single = _timed(draw, source, 1, singles)
    bulk = min(_timed(draw, source, PER_DOCUMENT, documents), single)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    return Result(name, *single[:2], *bulk[:2], single[2], bulk[2], peak)


def memory(total: int, marks: tuple[int, ...]) -> list[tuple[int, int, float]]:
    """(receipts drawn, resident megabytes, seconds) of one bulk print, at each mark."""
    drawn, seen, began = 0, [], time.perf_counter()
    for _ in render_many(islice(receipts(), total), template="housing", back=housing_back):
        drawn += PER_DOCUMENT
        if drawn in marks:
            resident = int(Path("/proc/self/statm").read_text().split()[1]) * 4096 // 1_000_000
            seen.append((drawn, resident, time.perf_counter() - began))
    return seen


def _alone(work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """In a fresh process."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(work, arguments, named)


def _machine() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.split(":")[1].strip() for line in lines if "model name" in line), platform.machine())
    load = Path("/proc/loadavg").read_text().split()[0]
    cores = multiprocessing.cpu_count()
    return f"{model}, {cores} cores (load {load} at the start), Python {platform.python_version()}"


def _versions() -> str:
    return ", ".join(f"{name} {version(name)}" for name in ("typst", "segno", "weasyprint", "reportlab"))


def _print_table(results: list[Result]) -> None:
    ours = results[0]
    print(
        "| | one receipt, p50 | CPU | to ours | bulk, each | CPU | to ours "
        "| file, one / in bulk | peak memory |"
    )
    print("|---|---|---|---|---|---|---|---|---|")
    for r in results:
        print(
            f"| {r.name} | {r.single:.1f} ms | {r.single_cpu:.1f} ms | {r.single / ours.single:.1f}x "
            f"| {r.bulk:.1f} ms | {r.bulk_cpu:.1f} ms | {r.bulk / ours.bulk:.1f}x "
            f"| {r.single_kb:.0f} / {r.bulk_kb:.0f} kB | {r.peak_mb} MB |"
        )


def _print_rates(names: Iterable[str], seconds: float) -> None:
    """Documents of 25 for ours; one by one for the others, which are no slower so."""
    print("\n| receipts a second | one core | CPU | two cores | CPU | two to one, CPU | to ours, CPU |")
    print("|---|---|---|---|---|---|---|")
    ours: float | None = None
    for name in names:
        rate = Rate(contestant, name, PER_DOCUMENT if name == OURS else 1, seconds)
        (one, one_cpu), (two, two_cpu) = rate.on(1), rate.on(2)
        ours = ours or one_cpu
        print(
            f"| {name} | {one:.1f} | {one_cpu:.1f} | {two:.1f} | {two_cpu:.1f} "
            f"| {two_cpu / one_cpu:.2f}x | 1/{ours / one_cpu:.1f} |"
        )


def _verdict(results: list[Result]) -> bool:
    """The goals, against the quickest WeasyPrint there is in the table.

    Judged by the processor's time: a busy machine does not blur it, and it counts both threads of typst.
    """
    ours, rivals = results[0], [r for r in results if r.name.startswith("WeasyPrint")]
    good = True
    for what, key, goal in (("one receipt", "single", GOAL_SINGLE), ("bulk", "bulk", GOAL_BULK)):
        clock, cpu = (
            min(getattr(r, name) for r in rivals) / getattr(ours, name) for name in (key, f"{key}_cpu")
        )
        ratios = f"{cpu:.1f}x by the processor, {clock:.1f}x by the clock"
        print(f"\nAgainst WeasyPrint, {what}: {ratios}; goal {goal:.0f}x.")
        good = good and cpu >= goal
    return good


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="few samples, memory over one thousand only")
    quick = parser.parse_args().quick
    print(f"Machine: {_machine()}; {_versions()}\nDate: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")
    print(f"Command: `python -m benchmarks.receipts{' --quick' if quick else ''}`\n")
    names = (OURS, "reportlab", "WeasyPrint", "WeasyPrint, tagged")
    samples = {name: (100, 12) if name[0] in "ar" else (25, 3) for name in names}
    if quick:
        samples = {name: (12, 2) if name[0] in "ar" else (6, 1) for name in names}
    results = [_alone(measure, name, *samples[name]) for name in names]
    _print_table(results)
    good = _verdict(results)
    _print_rates(names, 3 if quick else 20)
    total, marks = (1_000, (250, 500, 1_000)) if quick else (10_000, (1_000, 5_000, 10_000))
    print("\n| receipts in one bulk print | resident memory | time |\n|---|---|---|")
    for drawn, resident, seconds in _alone(memory, total, marks):
        print(f"| {drawn} | {resident} MB | {seconds:.0f} s |")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
