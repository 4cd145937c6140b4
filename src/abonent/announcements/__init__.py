"""What the utility tells many at once: notices by mail, outages on the pages of those concerned."""
