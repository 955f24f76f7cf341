"""What is stored in the search index and how it is kept equal to the store."""
