"""What the file itself is: safe from its data, the same each time, accessible; templates and their errors."""

import re
from dataclasses import replace
from pathlib import Path

import pypdfium2
import pytest

from abonent.bills.paper import PaperError, ReceiptLine, check_template, render_receipt
from tests.bills.paper.examples import RECEIPTS, aes_receipt, housing_back, housing_receipt
from tests.bills.paper.reading import text_of

HOSTILE = [
    "#panic()",
    "*x* _y_ `z` $a$ <b> @ref",
    "// gone? /* gone? */",
    '"quotes" and \\"more\\" \\u{41}',
    "]] #sys.inputs [[",
    '#read("/etc/passwd")',
]


@pytest.mark.parametrize("template", RECEIPTS)
@pytest.mark.parametrize("text", HOSTILE)
def test_data_is_never_markup(template: str, text: str) -> None:
    receipt = RECEIPTS[template]
    customer = replace(receipt.customer, name=text, address=text, account=text[:8])
    lines = (replace(receipt.lines[0], name=text, unit=text[:4]),)
    hostile = replace(receipt, customer=customer, lines=lines, notes=(text,), number=text)
    printed = text_of(render_receipt(hostile, template=template))
    assert printed.count(" ".join(text.split())) >= 4


@pytest.mark.parametrize(
    "name", ["😀 家 אב", "\x00\x01\x1b", "\ufffe\ue000", "\u0301", "А" * 3000, "\u202eабв"]
)
def test_no_name_stops_the_bill(name: str) -> None:
    customer = replace(housing_receipt.customer, name=name, address=name)
    pdf = render_receipt(replace(housing_receipt, customer=customer), template="housing")
    assert "6262000" in text_of(pdf)


@pytest.mark.parametrize("template", RECEIPTS)
def test_the_same_receipt_gives_the_same_bytes(template: str) -> None:
    first = render_receipt(RECEIPTS[template], template=template, back=housing_back)
    render_receipt(replace(RECEIPTS[template], number="another one between"), template=template)
    assert render_receipt(RECEIPTS[template], template=template, back=housing_back) == first


def test_it_is_tagged_titled_and_knows_its_language() -> None:
    pdf = render_receipt(aes_receipt)
    document = pypdfium2.PdfDocument(pdf)
    assert document.is_tagged()
    assert document.get_metadata_value("Title") == "Шот-түбіртек 0110110581, 2026 жылғы қазан"
    assert re.search(rb"/Lang ?\(kk\)", pdf)
    assert re.search(rb"/Lang ?\(ru\)", pdf)
    assert b"<pdfuaid:part>1</pdfuaid:part>" in pdf


def test_only_the_two_faces_are_inside_and_they_are_subsets() -> None:
    pdf = render_receipt(aes_receipt)
    faces = {name.decode() for name in re.findall(rb"/BaseFont ?/([\w+-]+)", pdf)}
    assert faces
    assert all(
        re.fullmatch(r"[A-Z]{6}\+SourceSansPro-(Regular|Semibold)(-Identity-H)?", face) for face in faces
    )
    assert len(pdf) < 80_000


def test_an_organisation_brings_its_own_template(tmp_path: Path) -> None:
    own = tmp_path / "own.typ"
    own.write_text(
        '#import "/common.typ": *\n#show: sheet\n'
        "#let ours(r) = { title(said.bill); [Наш бланк: ] + r.customer.name + amount-panel(r) }\n"
        "#each-item(r => leaf(foot(r), ours(r)))\n"
    )
    text = text_of(render_receipt(aes_receipt, template=own))
    assert "Наш бланк: Әбдіғаппарұлы" in text
    assert "4 794,00 ₸" in text


def test_a_template_edited_is_used_at_once(tmp_path: Path) -> None:
    own = tmp_path / "own.typ"
    for version in ("first", "second"):
        own.write_text(f'#import "/common.typ": *\n#show: sheet\n#leaf([], [{version}])\n')
        assert version in text_of(render_receipt(aes_receipt, template=str(own)))


@pytest.mark.parametrize("source", ["#no-such-function()", '#read("/etc/passwd")', '#read("../document.py")'])
def test_a_wrong_template_or_one_that_looks_outside_is_an_error_with_its_name(
    tmp_path: Path, source: str
) -> None:
    own = tmp_path / "own.typ"
    own.write_text(source)
    with pytest.raises(PaperError, match=r"own\.typ"):
        render_receipt(aes_receipt, template=own)


def test_a_template_can_be_checked_without_a_receipt(tmp_path: Path) -> None:
    for template in RECEIPTS:
        check_template(template)
    own = tmp_path / "own.typ"
    own.write_text('#import "/common.typ": *\n#each-item(r => r.no-such-key)\n')
    with pytest.raises(PaperError, match="no-such-key"):
        check_template(own)


@pytest.mark.parametrize("template", ["nosuch", "../../settings", "/nosuch/own.typ"])
def test_a_missing_template_is_an_error_with_its_name(template: str) -> None:
    with pytest.raises(PaperError, match="cannot be read"):
        render_receipt(aes_receipt, template=template)


def test_a_line_of_any_depth_is_indented_not_lost() -> None:
    lines = tuple(ReceiptLine(name=f"глубина {level}", level=level) for level in range(6))
    text = text_of(render_receipt(replace(housing_receipt, lines=lines), template="housing"))
    assert all(f"глубина {level}" in text for level in range(6))
