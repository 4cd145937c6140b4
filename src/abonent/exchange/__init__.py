"""What comes from and goes to billing and banks: bundles, runs, reports."""
