"""`/`: straight to what the person came for."""
