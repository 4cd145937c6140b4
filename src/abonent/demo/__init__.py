"""A small believable town for each portal, loaded through exchange."""
