"""The payment QR of GOST R 56042-2014 (Russia): a bank's app reads it and fills in the payment.

The payload is `ST`, the version `0001`, an encoding digit, a separator, and then `Key=Value` pairs. There
is no escaping: the writer takes a separator that no value holds. Pure; the same order gives the same bytes.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import segno

#: Of the standard, in the order tried.
SEPARATORS = "|#;:^_~{}!$%&()*+,/@"
#: The digit of the encoding. KOI8-R is read, never written.
ENCODINGS = {"1": "cp1251", "2": "utf-8", "3": "koi8-r"}
#: Without the 8 bytes before the first pair.
LONGEST_BLOCK = 300
_HEADER_BYTES = 8
_SHORTEST_PURPOSE = 20

#: Characters a field may have.
LONGEST = {"Name": 160, "BankName": 45, "PayeeINN": 12, "KPP": 9}

#: Dropped in this order, the least useful to a bank first, until the block fits.
DROPPED_FIRST = (
    "QuittDate", "ServiceName", "Category", "Phone", "MiddleName", "FirstName", "LastName",
    "Flat", "PayerAddress", "TechCode", "AddAmount", "QuittId", "UIN", "KPP",
)  # fmt: skip
#: Dropped when the purpose is already short: what else a bank can do without.
DROPPED_LAST = ("PaymPeriod", "Purpose", "PayeeINN")

#: Largest version whose module still prints at 0.4 mm in the 32 mm the bill gives it.
LARGEST_VERSION = 18
#: Choosing a mask by penalty costs seven times the rest; every reader takes any mask.
_MASK = 2


class PaymentQrError(ValueError):
    """The payment cannot be written, or the payload is not one: `field` says where."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field


@dataclass(frozen=True, kw_only=True, slots=True)
class PaymentOrder:
    """What is to be paid to whom. `amount` and `late_fee` in roubles; the payload has whole kopecks.

    `amount` None or 0 leaves the sum to the payer. Empty fields are not written.
    """

    name: str
    account: str
    bank_name: str
    bic: str
    correspondent_account: str
    amount: Decimal | None = None
    purpose: str = ""
    payee_inn: str = ""
    kpp: str = ""
    customer_account: str = ""
    period: str = ""
    uin: str = ""
    document_id: str = ""
    document_date: str = ""
    late_fee: Decimal | None = None
    technical_code: str = "02"
    payer_address: str = ""
    flat: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    phone: str = ""
    category: str = ""
    service_name: str = ""


def _kopecks(field: str, amount: Decimal | None) -> str:
    if not amount:
        return ""
    kopecks = amount * 100
    if kopecks != kopecks.to_integral_value() or kopecks < 0:
        raise PaymentQrError(field, f"{amount} is not a sum of whole kopecks")
    return str(int(kopecks))


def _pairs(order: PaymentOrder) -> dict[str, str]:
    """Mandatory fields first and in the order of the standard; then what has a value."""
    mandatory = {
        "Name": order.name, "PersonalAcc": order.account, "BankName": order.bank_name,
        "BIC": order.bic, "CorrespAcc": order.correspondent_account,
    }  # fmt: skip
    optional = {
        "Sum": _kopecks("Sum", order.amount), "Purpose": order.purpose, "PayeeINN": order.payee_inn,
        "PersAcc": order.customer_account, "PaymPeriod": order.period, "KPP": order.kpp, "UIN": order.uin,
        "QuittId": order.document_id, "AddAmount": _kopecks("AddAmount", order.late_fee),
        "TechCode": order.technical_code, "PayerAddress": order.payer_address, "Flat": order.flat,
        "LastName": order.last_name, "FirstName": order.first_name, "MiddleName": order.middle_name,
        "Phone": order.phone, "Category": order.category, "ServiceName": order.service_name,
        "QuittDate": order.document_date,
    }  # fmt: skip
    return mandatory | {key: value for key, value in optional.items() if value}


def _check_digits(key: str, value: str, length: int) -> None:
    if not (value.isascii() and value.isdigit()) or len(value) != length:
        raise PaymentQrError(key, f"must be {length} digits, is {value!r}")


def _check(pairs: dict[str, str]) -> None:
    """The limits of the standard's table; the first field that breaks one is named."""
    for key, longest in LONGEST.items():
        if len(pairs.get(key, "")) > longest:
            raise PaymentQrError(key, f"is longer than {longest} characters")
    for key in ("Name", "BankName"):
        if not pairs[key].strip():
            raise PaymentQrError(key, "is empty")
    _check_digits("PersonalAcc", pairs["PersonalAcc"], 20)
    _check_digits("BIC", pairs["BIC"], 9)
    if pairs["CorrespAcc"] != "0":
        _check_digits("CorrespAcc", pairs["CorrespAcc"], 20)
    for key, value in pairs.items():
        if any(ord(ch) < 32 for ch in value):
            raise PaymentQrError(key, "holds a control character")


def _encoding_digit(pairs: dict[str, str]) -> str:
    """windows-1251 gives the smaller code; Kazakh letters need UTF-8."""
    try:
        "".join(pairs.values()).encode("cp1251")
    except UnicodeEncodeError:
        return "2"
    return "1"


def _separator(pairs: dict[str, str]) -> str:
    text = "".join(pairs.values())
    for separator in SEPARATORS:
        if separator not in text:
            return separator
    raise PaymentQrError("separator", "every separator of the standard occurs in some value")


def _block_length(pairs: dict[str, str], encoding: str) -> int:
    text = "".join(f"{key}={value}" for key, value in pairs.items())
    return len(text.encode(encoding)) + len(pairs) - 1


def _drop(pairs: dict[str, str], keys: tuple[str, ...], encoding: str) -> None:
    for key in keys:
        if _block_length(pairs, encoding) <= LONGEST_BLOCK:
            return
        pairs.pop(key, None)


def _shorten_purpose(pairs: dict[str, str], encoding: str) -> None:
    """Cut the purpose's tail: what is left names the service, the account is in its own field."""
    purpose = pairs.get("Purpose", "")
    while len(purpose) > _SHORTEST_PURPOSE and _block_length(pairs, encoding) > LONGEST_BLOCK:
        purpose = purpose[:-1]
        pairs["Purpose"] = purpose.rstrip()


def _fit(pairs: dict[str, str], encoding: str) -> dict[str, str]:
    """Into 300 bytes: DROPPED_FIRST in its order, then Purpose is cut short, then DROPPED_LAST."""
    kept = dict(pairs)
    _drop(kept, DROPPED_FIRST, encoding)
    _shorten_purpose(kept, encoding)
    _drop(kept, DROPPED_LAST, encoding)
    if (length := _block_length(kept, encoding)) > LONGEST_BLOCK:
        raise PaymentQrError("Name", f"the block is {length} bytes with nothing left to drop")
    return kept


def payload(order: PaymentOrder) -> bytes:
    """The bytes inside the QR. Errors (`PaymentQrError`) name the field of the standard."""
    pairs = _pairs(order)
    if "Purpose" in pairs:
        pairs["Purpose"] = pairs["Purpose"][:160].rstrip()
    _check(pairs)
    digit = _encoding_digit(pairs)
    pairs = _fit(pairs, ENCODINGS[digit])
    separator = _separator(pairs)
    text = separator.join(f"{key}={value}" for key, value in pairs.items())
    return f"ST0001{digit}{separator}{text}".encode(ENCODINGS[digit])


def _header(data: bytes) -> tuple[str, str]:
    """Separator and Python's name of the encoding."""
    if data[:6] != b"ST0001":
        raise PaymentQrError("ST", "not a payment of GOST R 56042-2014, version 0001")
    encoding = ENCODINGS.get(data[6:7].decode("latin-1"))
    if encoding is None or len(data) <= _HEADER_BYTES:
        raise PaymentQrError("ST", f"unknown encoding or empty block: {data[:_HEADER_BYTES]!r}")
    return data[7:8].decode("latin-1"), encoding


def _read_pairs(block: str, separator: str) -> Iterator[tuple[str, str]]:
    for pair in block.split(separator):
        key, equals, value = pair.partition("=")
        if not equals:
            raise PaymentQrError(key.strip() or "(empty)", "has no =")
        yield key.strip(), value


def parse(data: bytes) -> dict[str, str]:
    """Read a payload of anybody's: keys lower-case and trimmed. Sums must be whole kopecks."""
    separator, encoding = _header(data)
    try:
        block = data[_HEADER_BYTES:].decode(encoding)
    except UnicodeDecodeError as error:
        raise PaymentQrError("ST", f"not {encoding}") from error
    found = {key.lower(): value for key, value in _read_pairs(block, separator)}
    for key in ("Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"):
        if key.lower() not in found:
            raise PaymentQrError(key, "is missing")
    for key in ("Sum", "AddAmount"):
        if (value := found.get(key.lower(), "")) and not value.isdigit():
            raise PaymentQrError(key, f"must be kopecks in digits, is {value!r}")
    return found


@dataclass(frozen=True, slots=True)
class QrDrawing:
    """A QR as one filled path in units of a module, without the quiet zone."""

    path: str
    modules: int

    def svg(self) -> str:
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.modules} {self.modules}">'
            f'<path d="{self.path}"/></svg>'
        )


def _runs(row: bytearray) -> Iterator[tuple[int, int]]:
    """Start and length of every dark run of a row."""
    text = bytes(row)
    start = text.find(1)
    while start >= 0:
        end = text.find(0, start)
        end = len(text) if end < 0 else end
        yield start, end - start
        start = text.find(1, end)


def draw(data: bytes) -> QrDrawing:
    """The QR of these bytes at error correction M, filled; one path, so that no renderer leaves seams."""
    rows = _matrix(data)
    parts = [f"M{x} {y}h{n}v1h-{n}z" for y, row in enumerate(rows) for x, n in _runs(row)]
    return QrDrawing("".join(parts), len(rows))


def draw_lines(data: bytes) -> QrDrawing:
    """The same for a page: lines a module wide, to be stroked; a third of the bytes, once compressed."""
    rows = _matrix(data)
    return QrDrawing("".join(_line(y, row) for y, row in enumerate(rows)), len(rows))


def _line(y: int, row: bytearray) -> str:
    parts: list[str] = []
    end = 0
    for x, n in _runs(row):
        parts.append(f"m{x - end} 0h{n}" if parts else f"M{x} {y}.5h{n}")
        end = x + n
    return "".join(parts)


def _matrix(data: bytes) -> Sequence[bytearray]:
    try:
        code = segno.make_qr(data, error="m", boost_error=False, mask=_MASK, mode="byte")
    except segno.DataOverflowError as error:
        raise PaymentQrError("ST", "does not fit a QR code") from error
    if int(code.version) > LARGEST_VERSION:
        raise PaymentQrError("ST", f"needs version {code.version}, too fine to print")
    return code.matrix
