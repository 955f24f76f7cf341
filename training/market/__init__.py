"""Markets and meetings measured against published peers."""
