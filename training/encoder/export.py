"""Writes what a training run made: the adapter that ships, its manifest, and plots of the run."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors.torch import save

from matcher.adapters.encoder.model import source as model_source
from matcher.language.analyser import ANALYSER
from training.encoder.config import Plan
from training.sources.datasets import TrainingSet, Variants

if TYPE_CHECKING:
    from matplotlib.figure import Figure

MOST_BYTES = 8 * 2**20
"""An adapter is kept in the repository: no larger than this."""


def fingerprint(sets: Sequence[TrainingSet]) -> str:
    """Sha256 of every text that may be drawn, in order; another source or analyser gives another one."""
    digest = hashlib.sha256()
    for one in sets:
        for example in one.examples:
            texts = map(_joined, example.variants)
            digest.update("\x1f".join([one.name, *texts, *example.hard_negatives, "\n"]).encode())
    return digest.hexdigest()


def _joined(variants: Variants) -> str:
    return "\x1e".join(text.text for text in variants)


def write(folder: Path, adapter: Mapping[str, torch.Tensor], about: Mapping[str, Any]) -> Path:
    """Write ``adapter.safetensors``, float16, and ``manifest.json``, the manifest last; return the folder.

    Raises
    ------
    ValueError
        The adapter is larger than :data:`MOST_BYTES` or holds a number that is not finite.
    """
    if not all(bool(torch.isfinite(weight).all()) for weight in adapter.values()):
        raise ValueError("the adapter holds NaN or infinite weights: lower the learning rate and train again")
    weights = save({name: weight.half().contiguous() for name, weight in adapter.items()})
    if len(weights) > MOST_BYTES:
        raise ValueError(
            f"the adapter has {len(weights)} bytes, {MOST_BYTES} may ship: choose a smaller rank"
        )
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "adapter.safetensors").write_bytes(weights)
    facts = {**about, "sha256": hashlib.sha256(weights).hexdigest()}
    (folder / "manifest.json").write_text(json.dumps(facts, indent=2, ensure_ascii=False) + "\n", "utf-8")
    return folder


def facts(
    plan: Plan,
    sets: Sequence[TrainingSet],
    history: Sequence[Mapping[str, Any]],
    share: float,
    begun_from: str | None = None,
) -> dict[str, Any]:
    """Return what the manifest says of a run.

    ``share`` in (0, 1] is how far the adapter went from where training began, in its weights (Wortsman et
    al. 2022); ``begun_from`` is the sha256 of the adapter it began with, if any.
    """
    measured = [line for line in history if "dev" in line]
    return {
        "base": f"{model_source.PACKAGE}=={model_source.VERSION}",
        "base_sha256": model_source.SHA256,
        "rank": plan.rank,
        "alpha": plan.alpha,
        "share": share,
        "plan": asdict(plan),
        "begun_from": begun_from,
        "steps_done": max((line["step"] for line in history), default=0),
        "analyser": ANALYSER,
        "data_sha256": fingerprint(sets),
        "examples": {one.name: len(one.examples) for one in sets},
        "code": version("matcher"),
        "dev_before": measured[0]["dev"] if measured else {},
        "dev_after": measured[-1]["dev"] if measured else {},
    }


def plot(history: Sequence[Mapping[str, Any]], folder: Path) -> list[Path]:
    """Draw ``loss.png`` (one dot a step, by training set) and ``dev.png`` (held-out tasks)."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / "loss.png", folder / "dev.png"]
    _losses([line for line in history if "loss" in line]).savefig(paths[0], dpi=110)
    _measures([line for line in history if "dev" in line]).savefig(paths[1], dpi=110)
    return paths


def _losses(steps: Sequence[Mapping[str, Any]]) -> "Figure":
    from matplotlib.figure import Figure  # slow to import, and only plots need it

    figure = Figure(figsize=(8, 4.5))
    axes = figure.subplots()
    for name in sorted({line["set"] for line in steps}):
        mine = [line for line in steps if line["set"] == name]
        axes.plot([line["step"] for line in mine], [line["loss"] for line in mine], ".", ms=3, label=name)
    axes.set(xlabel="step", ylabel="loss", title="Training loss by set")
    axes.legend(fontsize=7)
    return figure


def _measures(measured: Sequence[Mapping[str, Any]]) -> "Figure":
    from matplotlib.figure import Figure  # slow to import, and only plots need it

    figure = Figure(figsize=(8, 4.5))
    axes = figure.subplots()
    for name in measured[0]["dev"] if measured else ():
        axes.plot(
            [line["step"] for line in measured],
            [line["dev"][name] for line in measured],
            "o-",
            ms=3,
            label=name,
        )
    axes.set(xlabel="step", ylabel="mean average precision", title="Held-out tasks", ylim=(0, 1))
    axes.legend(fontsize=7)
    return figure
