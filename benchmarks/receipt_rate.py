"""How many receipts a second a contestant draws on one core, and on two: a process a core, each pinned."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Generic, TypeVar

Thing = TypeVar("Thing")
#: A maker of receipts and the drawer of a list of them, made inside the process that uses them.
Make = Callable[[str], tuple[Iterator[Thing], Callable[[list[Thing]], bytes]]]


@dataclass(frozen=True)
class Rate(Generic[Thing]):
    """`per`: receipts in a document; `seconds`: how long is drawn."""

    make: Make[Thing]
    name: str
    per: int
    seconds: float

    def on(self, cores: int) -> tuple[float, float]:
        """Receipts a second of all the processes together, by the clock and by their processor's time, which
        neighbours on the machine do not blur."""
        context = multiprocessing.get_context("spawn")
        start, told = context.Barrier(cores), context.Queue()
        free = sorted(os.sched_getaffinity(0))
        if len(free) < cores:
            raise SystemExit(f"this needs {cores} cores, here are {len(free)}")
        workers = [context.Process(target=_work, args=(self, core, start, told)) for core in free[:cores]]
        for worker in workers:
            worker.start()
        rates = [told.get(timeout=600) for _ in workers]
        for worker in workers:
            worker.join()
        return sum(clock for clock, _ in rates), sum(cpu for _, cpu in rates)


def _work(rate: Rate[Thing], core: int, start: Barrier, told: "Queue[tuple[float, float]]") -> None:
    """Pinned before the contestant is imported: its threads, if it starts any, share the core."""
    os.sched_setaffinity(0, {core})
    source, draw = rate.make(rate.name)
    for _ in range(2):
        draw(list(islice(source, rate.per)))
    start.wait()
    drawn, began, began_cpu = 0, time.perf_counter(), time.process_time()
    while time.perf_counter() - began < rate.seconds:
        draw(list(islice(source, rate.per)))
        drawn += rate.per
    told.put((drawn / (time.perf_counter() - began), drawn / (time.process_time() - began_cpu)))
