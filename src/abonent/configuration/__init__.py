"""What the office counts; no table of its own."""
