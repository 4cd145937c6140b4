"""The `abonent` command of those who deploy a portal: a file per command (`add_arguments`, `run`)."""
