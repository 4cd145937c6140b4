"""Bank details that pass every check and belong to nobody: the bank in them does not exist.

Sources: ISO 13616 (IBAN), order 579-П of the Bank of Russia and its letter 515 (key of a 20-digit account),
the control digits of ИНН (10) and БИН (12).
"""

#: A bank that does not exist: no bank of Russia has region 99 in its БИК, none of Kazakhstan the code 999.
RUSSIAN_BANK = {"bank_name": "Учебный банк (демонстрация)", "bank_code": "049900777"}
KAZAKH_BANK = {"bank_name": "Оқу банкі / Учебный банк (демо)", "bank_code": "DEMOKZKA"}

_ACCOUNT_WEIGHTS = (7, 1, 3)
_INN_WEIGHTS = (2, 4, 10, 3, 5, 9, 4, 6, 8)
_BIN_WEIGHTS = (tuple(range(1, 12)), (3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2))


def iban(number: int, *, bank: str = "999") -> str:
    """`KZ`, two check digits, the bank's code, 13 characters of the account."""
    body = f"{bank}{number:013d}"
    remainder = int(body + _as_digits("KZ00")) % 97
    return f"KZ{98 - remainder:02d}{body}"


def russian_account(
    number: int, *, balance: str = "40702", bank_code: str = RUSSIAN_BANK["bank_code"]
) -> str:
    """A 20-digit account in roubles with the right ninth digit for the bank; `30101` is a correspondent's."""
    correspondent = balance == "30101"
    end = f"{number:011d}"[:-3] + bank_code[-3:] if correspondent else f"{number:011d}"
    prefix = "0" + bank_code[4:6] if correspondent else bank_code[-3:]
    zero_key = f"{balance}8100{end}"
    total = sum(int(digit) * _ACCOUNT_WEIGHTS[i % 3] for i, digit in enumerate(prefix + zero_key))
    return f"{balance}810{total % 10 * 3 % 10}{end}"


def inn(number: int) -> str:
    """A 10-digit ИНН of region 99 from a number of up to 7 digits."""
    body = f"99{number:07d}"
    return body + str(sum(int(d) * w for d, w in zip(body, _INN_WEIGHTS, strict=True)) % 11 % 10)


def bin_number(number: int) -> str:
    """A 12-digit БИН (registered in January 2000) from a number, or the next that has a control digit."""
    for candidate in range(number, number + 100):
        body = f"000140{candidate:05d}"
        for weights in _BIN_WEIGHTS:
            control = sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11
            if control < 10:
                return body + str(control)
    raise ValueError(f"no control digit near {number}")


def _as_digits(text: str) -> str:
    return "".join(str(int(letter, 36)) for letter in text)
