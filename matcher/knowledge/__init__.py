"""What the product knows of the world: ESCO skills, vocabulary, places."""
