"""The files of benchmarks/import_charges.py: a month of charges as billing sends it, the same rows with ids
already resolved for a bare COPY, and a copy of it with a thousand bad rows of every kind."""

import io
import random
from pathlib import Path

import polars as pl

SERVICES = 10
MONTH = "2026-10"
BAD_ROWS = 1000
_FIRST_NUMBER = 10_000
_PIECE = 500_000


def base_bundle(folder: Path, accounts: int) -> Path:
    """Organisation, services and accounts."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "organisations.csv").write_text("code,name_ru\naes,ТОО «АЭС»\n", "utf-8")
    services = "".join(f"service-{place},aes,Услуга {place}\n" for place in range(SERVICES))
    (folder / "services.csv").write_text(f"code,organisation,name_ru\n{services}", "utf-8")
    with (folder / "accounts.csv").open("w", encoding="utf-8") as stream:
        stream.write("number,organisation,payer,address,flat,residents\n")
        for place in range(accounts):
            address = f'"Алматы, ул. Абая, {place // 60 + 1}"'
            stream.write(
                f"{_number(place)},aes,Иванов Иван Иванович,{address},{place % 60 + 1},{place % 5 + 1}\n"
            )
    return folder


def _number(place: int) -> str:
    return f"{place + _FIRST_NUMBER:09d}"


def charges(rows: int, *, shuffled: bool, paid_again: bool = False) -> pl.DataFrame:
    """A row for each account and service. `paid_again`: the figures of one row in fifty differ."""
    key = pl.int_range(0, rows, eager=True).alias("key")
    frame = pl.DataFrame({"place": key // SERVICES, "service": key % SERVICES})
    frame = frame.with_columns(
        opening=_random(key, 1) % 1_000_000 - 200_000,
        accrued=_random(key, 2) % 1_000_000,
        corrections=pl.when(_random(key, 3) % 20 == 0).then(-(_random(key, 4) % 10_000)).otherwise(0),
        volume=_random(key, 5) % 500_000,
    ).with_columns(paid=pl.when(_random(key, 6) % 5 == 0).then(0).otherwise(pl.col("opening").clip(0)))
    if paid_again:
        frame = frame.with_columns(
            pl.when(key % 50 == 0).then(777_77).otherwise(pl.col("paid")).alias("paid")
        )
    frame = frame.with_columns(
        closing=pl.col("opening") + pl.col("accrued") + pl.col("corrections") - pl.col("paid")
    )
    return frame.sample(fraction=1, shuffle=True, seed=1) if shuffled else frame


def _random(key: pl.Series, salt: int) -> pl.Series:
    return (key.hash(salt) % 1_000_000_007).cast(pl.Int64)


def _figures() -> list[pl.Expr]:
    amounts = [
        (pl.col(name) / 100).cast(pl.Decimal(14, 2)).alias(name)
        for name in ("opening", "accrued", "corrections", "paid", "closing")
    ]
    return [
        *amounts,
        (pl.col("volume") / 1000).cast(pl.Decimal(15, 3)).alias("volume"),
        pl.lit("23.92").alias("tariff"),
    ]


def write_bundle(frame: pl.DataFrame, folder: Path) -> Path:
    """As billing sends it."""
    folder.mkdir(parents=True, exist_ok=True)
    number = (pl.col("place") + _FIRST_NUMBER).cast(pl.String).str.zfill(9).alias("account")
    service = pl.format("service-{}", "service").alias("service")
    with (folder / "charges.csv").open("wb") as stream:
        for start in range(0, frame.height, _PIECE):
            piece = frame.slice(start, _PIECE).select(
                number, pl.lit(MONTH).alias("month"), service, *_figures()
            )
            piece.write_csv(stream, include_header=start == 0)
    return folder


def write_resolved(frame: pl.DataFrame, path: Path, accounts: pl.Series, services: pl.Series) -> Path:
    """The same rows with the database's ids: by place of the account, by place of the service."""
    with path.open("wb") as stream:
        for start in range(0, frame.height, _PIECE):
            piece = frame.slice(start, _PIECE)
            ids = [accounts.gather(piece["place"]).alias("a"), services.gather(piece["service"]).alias("s")]
            piece.with_columns(ids).select(
                "a", pl.lit(f"{MONTH}-01").alias("month"), "s", *_figures()
            ).write_csv(stream, include_header=False)
    return path


BAD = {
    "not a number": lambda row: [*row[:4], "NaN", *row[5:]],
    "an exponent": lambda row: [*row[:4], "1e5", *row[5:]],
    "thousands parted": lambda row: [*row[:4], "1 234.56", *row[5:]],
    "three decimals": lambda row: [*row[:4], "1.234", *row[5:]],
    "empty": lambda row: [*row[:7], "", *row[8:]],
    "no such month": lambda row: [row[0], "2026-13", *row[2:]],
    "a month to come": lambda row: [row[0], "2031-01", *row[2:]],
    "unknown account": lambda row: ["999999999", *row[1:]],
    "unknown service": lambda row: [*row[:2], "gas", *row[3:]],
    "a value too few": lambda row: row[:-1],
    "a value too many": lambda row: [*row, "1"],
    "a control character": lambda row: [*row[:2], "serv\x07ice", *row[3:]],
    "twice": lambda row: row,
}


def spoil(source: Path, folder: Path, rows: int) -> Path:
    """The bundle with BAD_ROWS rows of each kind, all over the file. "Twice": the row before stands again."""
    folder.mkdir(parents=True, exist_ok=True)
    chosen = random.Random(1).sample(range(1, rows // 2), BAD_ROWS * len(BAD))
    kinds = list(BAD.values())
    spoiled = {2 * place: kinds[at % len(kinds)] for at, place in enumerate(chosen)}
    with (source / "charges.csv").open(encoding="utf-8") as lines, (folder / "charges.csv").open("w") as out:
        out.write(next(lines))
        buffer = io.StringIO()
        before = ""
        for place, line in enumerate(lines):
            if change := spoiled.get(place):
                row = (before if change is BAD["twice"] else line).rstrip("\n").split(",")
                line = ",".join(change(row)) + "\n"  # noqa: PLW2901
            buffer.write(line)
            before = line
            if place % 100_000 == 0:
                out.write(buffer.getvalue())
                buffer = io.StringIO()
        out.write(buffer.getvalue())
    return folder
