"""The honest alternative in some 35 lines: sentence-transformers, numpy and FastAPI, for the same questions.

It embeds descriptions and ranks by cosine: no store, no filters, no rules, no reasons. What the product
adds costs time; ``matcher-lab bench`` prints how much. Run as ``python -m training.bench.alternative CSV
MODEL PORT``.
"""

import csv
import sys
from pathlib import Path
from typing import Any

import numpy as np
import uvicorn
from fastapi import FastAPI
from sentence_transformers import SentenceTransformer


def alternative(table: Path, model: str) -> FastAPI:
    """Make the application over the organisations of a CSV file."""
    with table.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    encoder = SentenceTransformer(model, device="cpu")
    vectors = encoder.encode([row["description"] for row in rows], normalize_embeddings=True)
    place = {row["id"]: at for at, row in enumerate(rows)}
    app = FastAPI()

    def nearest(vector: Any, k: int, left_out: int = -1) -> list[dict[str, Any]]:
        scores = vectors @ vector
        best = [at for at in np.argsort(-scores)[: k + 1].tolist() if at != left_out][:k]
        return [{"id": rows[at]["id"], "name": rows[at]["name"], "score": float(scores[at])} for at in best]

    @app.get("/readyz")
    def readyz() -> dict[str, str]:
        return {"status": "ready"}

    @app.get("/v1/search")
    def search(q: str, k: int = 5) -> list[dict[str, Any]]:
        return nearest(encoder.encode(q, prompt_name="query", normalize_embeddings=True), k)

    @app.get("/v1/organisations/{item_id}/recommendations")
    def recommendations(item_id: str, k: int = 5) -> list[dict[str, Any]]:
        return nearest(vectors[place[item_id]], k, place[item_id])

    return app


if __name__ == "__main__":
    uvicorn.run(alternative(Path(sys.argv[1]), sys.argv[2]), port=int(sys.argv[3]), log_level="warning")
