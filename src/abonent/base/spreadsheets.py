"""What people open in a spreadsheet. Pure."""

_BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def as_text(cell: str) -> str:
    """Somebody's words that a spreadsheet would take for a formula are kept a text. Not for numbers.

    >>> as_text("=1+1"), as_text("ул. Абая, 10")
    ("'=1+1", 'ул. Абая, 10')
    """
    return f"'{cell}" if cell.startswith(_BEGINS_A_FORMULA) else cell
