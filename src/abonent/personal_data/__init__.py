"""Everything about a person: taken out whole, forgotten after thirty days, kept no longer than needed."""
