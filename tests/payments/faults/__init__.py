"""Each fault at each step of a payment's life, and what must hold afterwards.

`life` walks the steps, `faults` does what goes wrong, `reckoning` says what does not agree at the end.
"""
