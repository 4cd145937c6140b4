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


def masked_email(email: str) -> str:
    """What a co-resident and a letter are told of somebody's e-mail: enough to know a relative by.

    >>> masked_email("ivanov@mail.ru"), masked_email("li@mail.ru"), masked_email("")
    ('i***v@mail.ru', 'l***@mail.ru', '')
    """
    name, _, domain = email.rpartition("@")
    if not name:
        return ""
    last = name[-1] if len(name) > 2 else ""
    return f"{name[0]}***{last}@{domain}"


def masked_phone(phone: str) -> str:
    """Enough for the one who dictates it to be known by: the last two digits, and what stood before the rest.

    >>> masked_phone("+7 (701) 123-45-67"), masked_phone("87272721234"), masked_phone("1234")
    ('+7 (701) ***-**-67', '8727*****34', '**34')
    """
    digits = sum(sign.isdigit() for sign in phone)
    shown = range(max(digits - 7, 0), digits - 2)
    seen = -1
    masked = []
    for sign in phone:
        seen += sign.isdigit()
        masked.append("*" if sign.isdigit() and seen in shown else sign)
    return "".join(masked)
