"""The outside things: databases, vector indexes, encoders. No adapter imports another."""
