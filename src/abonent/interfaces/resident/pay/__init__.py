"""«Оплата / Төлеу»: what to pay, the check, the way to the bank, and what happened."""
