"""Finding a customer by whatever is known of them; no table of its own."""
