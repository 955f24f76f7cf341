"""The pipeline of an answer: retrieve, check, rerank, diversify, give reasons."""
