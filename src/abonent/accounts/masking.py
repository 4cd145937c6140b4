"""What a person with a limited link sees of a name (docs/domain/linking.md)."""


def masked_name(name: str) -> str:
    """A full name, surname first -> first and last letter of the surname, initials of the rest.

    >>> masked_name("Иванов Иван Иванович"), masked_name("Ли Вера"), masked_name("")
    ('И***в И. И.', 'Л*** В.', '')
    """
    surname, *others = name.split() or [""]
    if not surname:
        return ""
    last = surname[-1] if len(surname) > 2 else ""
    return " ".join([f"{surname[0]}***{last}", *(f"{other[0]}." for other in others)])
