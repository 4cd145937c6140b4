"""Bulk print: documents of some receipts each, lazily, in order."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from abonent.bills.paper import PaperError, Receipt, render_many
from tests.bills.paper.examples import aes_receipt, housing_back, housing_receipt
from tests.bills.paper.reading import page_texts


def _receipts(count: int, asked: list[int]) -> Iterator[Receipt]:
    for n in range(count):
        asked.append(n)
        yield replace(housing_receipt, customer=replace(housing_receipt.customer, account=f"77{n:04d}"))


def test_every_receipt_is_drawn_once_in_order_and_only_when_asked_for() -> None:
    asked: list[int] = []
    documents = render_many(_receipts(7, asked), template="housing", per_document=3)
    first = page_texts(next(documents))
    assert len(asked) <= 4
    rest = [page_texts(document) for document in documents]
    fronts = [page for document in [first, *rest] for page in document]
    assert [len(document) for document in [first, *rest]] == [5, 5, 1]  # an empty back between two fronts
    assert [n for n in range(7) for page in fronts if f"77{n:04d}" in page] == list(range(7))


def test_with_a_back_every_sheet_has_two_sides() -> None:
    documents = list(render_many(_receipts(4, []), template="housing", back=housing_back, per_document=4))
    pages = page_texts(documents[0])
    assert len(pages) == 8
    assert all("Платёжный код" in page for page in pages[0::2])
    assert all("Оборотная сторона" in page for page in pages[1::2])


def test_a_receipt_of_three_pages_does_not_push_the_next_onto_a_back() -> None:
    long = replace(aes_receipt, lines=aes_receipt.lines * 30)
    pages = page_texts(next(render_many([long, aes_receipt])))
    starts = [n for n, page in enumerate(pages) if "Шот-түбіртек" in page]
    assert starts[0] == 0
    assert starts[1] % 2 == 0


def test_languages_are_not_mixed_in_one_document() -> None:
    receipts = [aes_receipt, replace(aes_receipt, languages=("ru",)), replace(aes_receipt, languages=("ru",))]
    documents = [page_texts(document) for document in render_many(receipts)]
    assert ["Шот-түбіртек" in pages[0] for pages in documents] == [True, False]


def test_nothing_gives_nothing() -> None:
    assert list(render_many([])) == []


def test_the_same_receipts_give_the_same_documents() -> None:
    assert list(render_many(_receipts(5, []), template="housing", per_document=2)) == list(
        render_many(_receipts(5, []), template="housing", per_document=2)
    )


def test_a_wrong_template_stops_at_the_first_document() -> None:
    with pytest.raises(PaperError):
        next(render_many([aes_receipt], template="nosuch"))
