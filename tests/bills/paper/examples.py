"""One example for each template: what a caller fills in. The people and figures are invented."""

from tests.bills.paper.examples_kazakh import aes_back, aes_receipt, alseco_receipt, statement
from tests.bills.paper.examples_russian import electricity_receipt, housing_back, housing_receipt

#: Template -> a receipt for it.
RECEIPTS = {"bilingual": aes_receipt, "housing": housing_receipt, "electricity": electricity_receipt}

__all__ = [
    "RECEIPTS",
    "aes_back",
    "aes_receipt",
    "alseco_receipt",
    "electricity_receipt",
    "housing_back",
    "housing_receipt",
    "statement",
]
