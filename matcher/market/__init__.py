"""Introductions planned as a two-sided market."""
