"""The HR factory in the laboratory: synthetic CVs, what they leak, and what is kept of them."""
