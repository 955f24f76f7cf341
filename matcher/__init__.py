"""What matching is: entities, stages and the use case, without any I/O outside ``matcher.adapters``."""
