"""Vector indexes of Qdrant: embedded (Edge) and server."""
