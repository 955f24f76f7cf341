"""Evaluation of rankings."""
