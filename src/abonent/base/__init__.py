"""Pure values everybody stands on: money, months, errors, small field types."""
