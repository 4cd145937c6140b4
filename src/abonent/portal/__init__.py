"""The portal: its profile (one TOML file) and the organisations inside it."""
