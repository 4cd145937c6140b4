"""What goes back to billing."""
