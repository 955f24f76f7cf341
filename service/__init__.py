"""HTTP and command line around the matching pipeline."""
