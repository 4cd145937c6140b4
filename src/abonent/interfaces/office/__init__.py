"""The staff's side of the counter."""
