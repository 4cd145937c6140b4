"""Bundles as the office brings them: zipped, uploaded, and the worker's turn."""

import io
import zipfile
from datetime import datetime
from typing import Any

from abonent.exchange.alarms import key_of
from abonent.exchange.models import Run, Upload
from abonent.exchange.runs import apply, approve, plan, receive
from abonent.exchange.uploads import Receiver
from abonent.users.models import User
from tests.exchange.conftest import NOW, example


def zipped(files: dict[str, str] | None = None) -> bytes:
    """A bundle's files as a .zip."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (example() if files is None else files).items():
            archive.writestr(f"{name}.csv", text)
    return packed.getvalue()


def uploaded(data: bytes, name: str = "bundle.zip") -> Upload:
    """In pieces of a browser's size."""
    receiver = Receiver(now=NOW)
    receiver.begin(name)
    for at in range(0, len(data), 64 * 1024):
        receiver.take(data[at : at + 64 * 1024])
    return receiver.end()


def received(data: bytes, by: User, *, name: str = "bundle.zip", whole_months: bool = False) -> Run:
    upload = uploaded(data, name)
    return receive(upload=upload, whole_months=whole_months, by=by, address=None, now=NOW)


def planned(data: bytes, by: User, **options: Any) -> Run:
    run = received(data, by, **options)
    plan(run_id=run.pk, now=NOW)
    run.refresh_from_db()
    return run


def taken(data: bytes, by: User, now: datetime = NOW) -> Run:
    run = planned(data, by)
    seen = [key_of(code, facts) for code, facts in run.alarms]
    approve(run_id=run.pk, seen=seen, by=by, address=None, now=now)
    apply(run_id=run.pk, now=now)
    run.refresh_from_db()
    return run
