"""Banks that show what is owed in their own app and call us."""
