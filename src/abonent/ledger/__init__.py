"""The one safe for money: monthly charges, payments booked, balances."""
