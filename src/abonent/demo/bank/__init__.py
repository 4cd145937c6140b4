"""The practice bank: a small bank of the demo's own, whose money is made up.

A process of its own without Django: JSON for the provider `sandbox`, a page for the customer, its books.
"""
