"""Offline work: training, evaluation and benchmarks. Never imported by the service."""
