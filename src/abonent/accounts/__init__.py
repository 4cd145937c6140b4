"""Personal accounts, and the link between a person and an account with its proof."""
