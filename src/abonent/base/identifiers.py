"""Identifiers: public names of objects, account numbers, codes on bills."""

import hashlib
import hmac
import secrets

#: Crockford's base 32: no I, L, O, U. https://www.crockford.com/base32.html
CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_MISREAD = str.maketrans({"I": "1", "L": "1", "O": "0", "-": None, " ": None, "\u00a0": None})


def new_public_id() -> str:
    """A name for a URL: 128 random bits, 22 characters. A UUID does not count as unguessable."""
    return secrets.token_urlsafe(16)


def account_key(number: str) -> str:
    """What two spellings of one account number share: no spaces or dashes, no leading zeros, upper case.

    >>> account_key("000-017"), account_key(" 17 "), account_key("000")
    ('17', '17', '0')
    """
    compact = "".join(ch for ch in number if ch.isalnum()).upper()
    return compact.lstrip("0") or ("0" if compact else "")


def normal_code(text: str) -> str:
    """A code as typed -> as compared: case, dashes and spaces forgiven, I and L read as 1, O as 0."""
    return text.upper().translate(_MISREAD).strip()


def derived_code(key: bytes, *parts: str, length: int = 8) -> str:
    """A code of `length` Crockford characters (5 bits each) that only the holder of `key` can compute."""
    digest = hmac.digest(key, "\x1f".join(parts).encode(), hashlib.sha256)
    bits = int.from_bytes(digest, "big")
    return "".join(CROCKFORD[(bits >> (5 * i)) & 31] for i in range(length))


def keyed_hash(key: bytes, *parts: str) -> str:
    """A hexadecimal HMAC-SHA256: a name that can be compared but not read back."""
    return hmac.new(key, "\x1f".join(parts).encode(), hashlib.sha256).hexdigest()
