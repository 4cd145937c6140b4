"""A meter's serial number as it is compared: the twin of the database's `serial_key` (migration 0006)."""

from string import ascii_lowercase

_KEY = str.maketrans(
    "АВСЕНКМОРТХавсенкмортх" + ascii_lowercase, "ABCEHKMOPTXABCEHKMOPTX" + ascii_lowercase.upper(), " -/.№"
)


def serial_key(serial: str) -> str:
    """No spaces or signs, upper case, a Cyrillic letter that looks like a Latin one is that.

    >>> serial_key("се-101 / 77"), serial_key("CE 10177")
    ('CE10177', 'CE10177')
    """
    return serial.translate(_KEY)
