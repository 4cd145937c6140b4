"""Online payments, the banks that call, registries, and whether all of them agree."""
