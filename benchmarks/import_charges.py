"""Five million charge rows: the product's whole import against a bare COPY of the same rows.

    python benchmarks/import_charges.py                     # 5 million rows, 500 thousand accounts, 3 times
    python benchmarks/import_charges.py --rows 500000 --repeat 1

Both go into the embedded server with the settings of `abonent.base.postgres`. The yardstick is a COPY, in
one transaction, of rows whose accounts and services are already ids, into a table with the month's columns
and its key; nothing is checked there, and no reference held. The product gets the file as billing sends it.
The two take turns, each load in a process of its own and after a CHECKPOINT; medians are shown. `processor`
is of the client and of the server's processes together: the product uses two cores where COPY uses one, so a
busy machine slows it more."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "src")]

import polars as pl  # noqa: E402

from abonent.base.database_url import with_database  # noqa: E402
from abonent.base.postgres import ensure_database, erase, running  # noqa: E402
from abonent.base.postgres import place as places  # noqa: E402
from benchmarks import import_files as files  # noqa: E402

BULK_CREATE_ROWS, IMPORT_EXPORT_ROWS = 50_000, 1_000


def worker(*arguments: object) -> dict[str, Any]:
    """One step in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.import_worker", *map(str, arguments)]
    before = server_cpu()
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    result: dict[str, Any] = json.loads(done.stdout) or {}
    return result | {"cpu": result.get("cpu", 0) + server_cpu() - before}


def server_cpu() -> float:
    """Processor seconds of all server processes that have ended: a step's backend and its parallel workers,
    once the step's process is gone."""
    time.sleep(0.3)
    home = Path(os.environ["ABONENT_BENCHMARK_SERVER"])
    pid = (places.find(home).data / "postmaster.pid").read_text().split()[0]
    times = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[13:15]
    return sum(map(int, times)) / os.sysconf("SC_CLK_TCK")


def prepare(work: Path, rows: int) -> None:
    """A migrated database with the accounts, loaded through the import."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "abonent.settings"
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
    subprocess.run(migrate, cwd=ROOT, check=True)
    base = worker("product", files.base_bundle(work / "base", -(-rows // files.SERVICES)))
    print(f"accounts loaded in {base['seconds']:.1f} s, peak {base['peak_mb']:.0f} MB", flush=True)


def write_files(work: Path, order: str, rows: int) -> tuple[Path, Path]:
    frame = files.charges(rows, shuffled=order == "shuffled")
    known = worker("ids")
    resolved = files.write_resolved(
        frame, work / f"{order}.csv", pl.Series(known["accounts"]), pl.Series(known["services"])
    )
    return files.write_bundle(frame, work / order), resolved


def race(bundle: Path, resolved: Path, repeat: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Product and COPY by turns, the first one changing."""
    ours: list[dict[str, Any]] = []
    theirs: list[dict[str, Any]] = []
    for turn in range(repeat):
        for step in ("product", "copy") if turn % 2 == 0 else ("copy", "product"):
            worker("forget")
            result = worker(step, bundle if step == "product" else resolved)
            (ours if step == "product" else theirs).append(result)
            print(f"  {step}: {result['seconds']:.2f} s {result.get('phases', '')}", flush=True)
    return ours, theirs


def seconds(results: list[dict[str, Any]]) -> float:
    return median(result["seconds"] for result in results)


def cpu(results: list[dict[str, Any]]) -> float:
    return median(result["cpu"] for result in results)


def line(
    what: str,
    took: float,
    yardstick: float,
    used: float | None = None,
    memory: float | None = None,
    note: str = "",
) -> None:
    processor = f"{used:9.2f}" if used else " " * 9
    shown = f"{memory:8.0f}" if memory else " " * 8
    print(f"{what:52} {took:9.2f} {took / yardstick:8.2f}x {processor} {shown}  {note}", flush=True)


def samples(bundle: Path, rows: int, yardstick: float) -> None:
    for step, sample in (("bulk_create", BULK_CREATE_ROWS), ("import_export", IMPORT_EXPORT_ROWS)):
        worker("forget")
        result = worker(step, bundle, min(sample, rows))
        whole = result["seconds"] * rows / result["rows"]
        name = {"bulk_create": "Django bulk_create", "import_export": "django-import-export"}[step]
        line(name, whole, yardstick, note=f"extrapolated from {result['rows']:,} rows")


def months(work: Path, bundle: Path, rows: int, repeat: int) -> None:
    """A month replaced, undone, and undone again."""
    again = files.write_bundle(files.charges(rows, shuffled=False, paid_again=True), work / "again")
    placing, undoing, reading = [], [], []
    for _ in range(repeat):
        worker("forget")
        worker("product", bundle)
        replaced = worker("watched", again)
        undone = [worker("undo"), worker("undo")]
        placing.append(replaced["placing"])
        undoing += [one["seconds"] for one in undone]
        reading += [replaced["reader"], *(one["reader"] for one in undone)]
        print(
            f"  replacing {replaced['outcome']}: {replaced['seconds']:.2f} s {replaced['phases']}", flush=True
        )
    print(f"month replaced (old table out, new one in, commit): {_medium_and_most(placing)}; goal < 1 s")
    print(f"month undone:                                       {_medium_and_most(undoing)}; goal < 1 s")
    print(f"a reader's longest wait meanwhile:                  {max(reading):.3f} s")


def _medium_and_most(times: list[float]) -> str:
    return f"{median(times):.3f} s, at most {max(times):.3f} s"


def bad_rows(work: Path, bundle: Path, rows: int, loading: float, repeat: int) -> None:
    spoiled = files.spoil(bundle, work / "bad", rows)
    worker("forget")
    results = [worker("product", spoiled) for _ in range(repeat)]
    expected = files.BAD_ROWS * len(files.BAD)
    for result in results:
        assert result["outcome"] == "refused"
        assert result["errors"] == result["listed"] == expected, (result["errors"], expected)
    took = seconds(results)
    print(
        f"{expected:,} bad rows, {files.BAD_ROWS:,} of each of {len(files.BAD)} kinds, reported whole:"
        f" {took:.2f} s, {took / loading:.2f} of the loading time; goal 0.5"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--orders", nargs="+", default=["sorted", "shuffled"], choices=["sorted", "shuffled"])
    options = parser.parse_args()
    rows, repeat = options.rows, options.repeat
    os.environ |= {"ABONENT_PORTAL": "aes", "ABONENT_TESTING": "1", "PYTHONPATH": f"{ROOT}:{ROOT / 'src'}"}
    with tempfile.TemporaryDirectory(prefix="abonent-benchmark-") as folder:
        work, home = Path(folder), Path(folder) / "postgres"
        Path(folder).chmod(0o755)
        try:
            with running(home) as url:
                ensure_database(url, "benchmark")
                os.environ["ABONENT_BENCHMARK_SERVER"] = str(home)
                os.environ["DATABASE_URL"] = with_database(url, "benchmark")
                prepare(work, rows)
                measure(work, rows, repeat, options.orders)
        finally:
            erase(home)


def measure(work: Path, rows: int, repeat: int, orders: list[str]) -> None:
    raced = {}
    for order in orders:
        bundle, resolved = write_files(work, order, rows)
        print(f"{order}:", flush=True)
        raced[order] = (bundle, *race(bundle, resolved, repeat))
    title = f"{rows:,} charge rows, medians of {repeat}"
    print(f"\n{title:52} {'seconds':>9} {'ratio':>9} {'processor':>9} {'peak MB':>8}")
    for order, (_, ours, theirs) in raced.items():
        memory = max(one["peak_mb"] for one in ours)
        yardstick = seconds(theirs)
        line(f"bare COPY into the table with its key, {order}", yardstick, yardstick, cpu(theirs))
        line(f"abonent import, {order}", seconds(ours), yardstick, cpu(ours), memory, "goals 0.85x, 800 MB")
    bundle, ours, theirs = raced[orders[0]]
    samples(bundle, rows, seconds(theirs))
    print()
    bad_rows(work, bundle, rows, seconds(ours), repeat)
    months(work, bundle, rows, repeat)


if __name__ == "__main__":
    main()
