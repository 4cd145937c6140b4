"""Tariffs: dated tables that staff load, and the calculator that reckons by them."""
