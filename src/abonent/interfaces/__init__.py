"""The doors: one set of components (`ui`), and the resident's, the staff's and the operator's ways in."""
