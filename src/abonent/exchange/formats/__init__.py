"""File formats: pure, standard library only; one format is one file, a sample, and the rows expected of
it."""
