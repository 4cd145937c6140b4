"""The cabinet: one folder for each screen of the menu."""
