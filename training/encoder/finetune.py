"""Fine-tuning of the encoder as a low-rank adapter (LoRA: Hu et al., 2021), with in-batch negatives.

The loss is multiple negatives ranking (Henderson et al., 2017) over every pair of texts of a row, in both
directions; the negatives of a text are all texts of the batch, in either language, that share no key with
it. French negatives of a French-English pair are what removes the encoder's bias for the query's language.
Embeddings stay frozen. Every draw depends on (seed, step) only, so a resumed run equals an unbroken one.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from random import Random
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save_file

from matcher.errors import InvalidRequest
from training.encoder.batches import Batch, draw, mine
from training.encoder.config import Plan
from training.encoder.dev_tasks import mean_average_precision
from training.sources.datasets import Family, Question

TARGETS = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]
PROMPTS = {True: "query: ", False: "passage: "}


def multiple_negatives(
    vectors: torch.Tensor, row: torch.Tensor, related: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Mean over ordered pairs (i, j) of a row of ``-log softmax`` of j among j and what is unrelated to i.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, dim).
    row
        Row number of each text, shape (n,); -1 for a text that is only ever a negative.
    related
        Boolean, shape (n, n): pairs that must not be set against each other.
    temperature
        Divides the cosines; above 0.
    """
    scores = vectors @ vectors.T / temperature
    itself = torch.eye(len(row), dtype=torch.bool)
    same = (row[:, None] == row[None, :]) & (row[:, None] >= 0) & ~itself
    against = torch.logsumexp(scores.masked_fill(related | same | itself, -torch.inf), dim=1)
    return (torch.logaddexp(scores, against[:, None]) - scores)[same].mean()


class Tuner:
    """An encoder with a trainable adapter on a frozen base.

    Parameters
    ----------
    base
        Folder of the untuned SentenceTransformer (BERT).
    plan
        Rank, scale and the rest.
    """

    def __init__(self, base: Path, plan: Plan) -> None:
        from peft import LoraConfig, inject_adapter_in_model
        from sentence_transformers import SentenceTransformer

        self.plan = plan
        self._begun: dict[str, torch.Tensor] = {}
        self._ended: dict[str, torch.Tensor] = {}
        torch.manual_seed(plan.seed)
        whole = SentenceTransformer(str(base), device="cpu")
        self.tokenizer = whole.tokenizer
        self.model = cast("torch.nn.Module", whole[0].model)
        self.model.requires_grad_(False)
        config = LoraConfig(r=plan.rank, lora_alpha=plan.alpha, target_modules=TARGETS)  # type: ignore[arg-type]
        inject_adapter_in_model(config, self.model)
        for module in self.model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        self.weights = {
            name: weight for name, weight in self.model.named_parameters() if weight.requires_grad
        }

    def vectors(self, texts: Sequence[str], max_tokens: int = 64, chunk: int = 64) -> torch.Tensor:
        """Encode with gradient, in the order of ``texts``; chunks hold similar lengths to pad little."""
        ids = self.tokenizer(list(texts), truncation=True, max_length=max_tokens)["input_ids"]
        order = sorted(range(len(ids)), key=lambda i: len(ids[i]))
        parts = []
        for start in range(0, len(order), chunk):
            some = [torch.tensor(ids[i]) for i in order[start : start + chunk]]
            padded = torch.nn.utils.rnn.pad_sequence(
                some, batch_first=True, padding_value=self.tokenizer.pad_token_id
            )
            mask = torch.nn.utils.rnn.pad_sequence([torch.ones_like(one) for one in some], batch_first=True)
            hidden = self.model(input_ids=padded, attention_mask=mask).last_hidden_state
            parts.append((hidden * mask[:, :, None]).sum(1) / mask.sum(1, keepdim=True))
        back = torch.empty(len(order), dtype=torch.long)
        back[torch.tensor(order)] = torch.arange(len(order))
        return torch.nn.functional.normalize(torch.cat(parts), dim=1)[back]

    def encode(self, texts: Sequence[str], query: bool = True, max_tokens: int = 128) -> NDArray[np.float32]:
        """Encode without gradient, shape (n, dim), rows of unit length; ``query`` chooses the prompt."""
        with torch.inference_mode():
            found = self.vectors([PROMPTS[query] + text for text in texts], max_tokens)
        return np.asarray(found.numpy(), np.float32)

    def strengthen(self, share: float) -> None:
        """Go part of the way from where training began, 0, to where it ended, 1.

        From the base model that scales the adapter. In a further round the weights lie on the line between
        the two adapters; the end is what the weights were when this was first called.
        """
        from peft.tuners.lora import LoraLayer

        if self._begun:
            ends = self._ended = self._ended or {k: w.detach().clone() for k, w in self.weights.items()}
            for name, weight in self.weights.items():
                weight.data.copy_(torch.lerp(self._begun[name], ends[name], share))
            return
        for module in self.model.modules():
            if isinstance(module, LoraLayer):
                module.scaling["default"] = self.plan.alpha / self.plan.rank * share

    def begin_with(self, folder: Path) -> str:
        """Begin from the adapter in ``folder``, at the strength its manifest says; returns its sha256.

        Raises
        ------
        InvalidRequest
            It has another rank or other layers than this run's plan.
        """
        about = json.loads((folder / "manifest.json").read_text("utf-8"))
        kept = load_file(folder / "adapter.safetensors")
        strength = about["alpha"] / about["rank"] / (self.plan.alpha / self.plan.rank)
        for name, weight in self.weights.items():
            short = name.replace(".default.weight", "")
            if short not in kept or kept[short].shape != weight.shape:
                raise InvalidRequest(
                    f"{folder} holds an adapter of rank {about['rank']} that does not fit this run's rank"
                    f" {self.plan.rank} at {short}. Train from none, or from an adapter of this plan"
                )
            weight.data.copy_(kept[short].float() * (strength if short.endswith("lora_B") else 1.0))
        self._begun = {name: weight.detach().clone() for name, weight in self.weights.items()}
        return str(about["sha256"])

    def adapter(self) -> dict[str, torch.Tensor]:
        """Return the adapter: ``<module>.lora_A`` (rank, in) and ``<module>.lora_B`` (out, rank), float16."""
        return {
            name.replace(".default.weight", ""): weight.detach().half().contiguous()
            for name, weight in self.weights.items()
        }


def loss_of(tuner: Tuner, batch: Batch, temperature: float) -> torch.Tensor:
    """Loss of one batch."""
    vectors = tuner.vectors(batch.texts, batch.max_tokens)
    return multiple_negatives(vectors, torch.tensor(batch.row), torch.from_numpy(batch.related), temperature)


def measure(tuner: Tuner, asked: Sequence[Question]) -> dict[str, float]:
    """Mean average precision of every held-out question."""
    return {
        one.name: mean_average_precision(
            tuner.encode(one.queries) @ tuner.encode(one.corpus, one.symmetric).T, one.relevant
        )
        for one in asked
    }


def strongest(tuner: Tuner, asked: Sequence[Question], shares: Sequence[float]) -> float:
    """Set and return the strength with the best mean over the held-out questions; ties to the first."""
    means: dict[float, float] = {}
    for share in shares:
        tuner.strengthen(share)
        means.setdefault(share, float(np.mean(list(measure(tuner, asked).values()))))
    best = max(means, key=lambda share: means[share])
    tuner.strengthen(best)
    return best


class Run:
    """A training run in a folder: checkpoints, history, resumption.

    ``history.jsonl`` has a line a step (``step, loss, rate, family``) and one a measurement (``step, dev``).
    """

    def __init__(self, tuner: Tuner, plan: Plan, folder: Path) -> None:
        self.tuner, self.plan, self.folder = tuner, plan, folder
        self.step = 0
        self.optimizer = torch.optim.AdamW(tuner.weights.values(), lr=plan.rate, weight_decay=0.01)
        self.history: list[dict[str, object]] = []
        folder.mkdir(parents=True, exist_ok=True)
        if (folder / "checkpoint.json").is_file():
            self._load()

    def train(
        self, families: Sequence[Family], asked: Sequence[Question], tick: Callable[[int, float], None]
    ) -> None:
        """Train up to ``plan.steps``, measuring and saving every ``plan.every`` steps.

        ``tick(step, loss)`` is called after each step.
        """
        hints = self._neighbours(families) if self.plan.hard else {}
        if self.step == 0:
            self.note(dev=measure(self.tuner, asked))
        while self.step < self.plan.steps:
            chance = Random(f"{self.plan.seed}:{self.step}")  # noqa: S311 - draws batches, keeps no secret
            family = chance.choices(families, [one.weight for one in families])[0]
            batch = draw(family, self.plan.batch, chance, hints.get(family.name), self.plan.hard)
            loss = self._update(batch)
            self.step += 1
            self.note(loss=loss, rate=self.plan.rate_at(self.step - 1), family=family.name)
            tick(self.step, loss)
            if self.step % self.plan.every == 0 or self.step == self.plan.steps:
                self.note(dev=measure(self.tuner, asked))
                self.save()

    def _neighbours(self, families: Sequence[Family]) -> dict[str, NDArray[np.int64]]:
        """Hard negatives by the encoder as the run begins, found once a folder: it takes minutes."""
        kept = self.folder / "neighbours.npz"
        if kept.is_file():
            with np.load(kept) as found:
                hints = dict(found)
            if all(len(hints.get(family.name, ())) == len(family.rows) for family in families):
                return hints
        hints = mine(families, self.tuner.encode)
        draft = self.folder / "neighbours.part.npz"
        np.savez(draft, allow_pickle=False, **hints)
        draft.replace(kept)
        return hints

    def _update(self, batch: Batch) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = self.plan.rate_at(self.step)
        self.optimizer.zero_grad()
        loss = loss_of(self.tuner, batch, self.plan.temperature)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.tuner.weights.values(), 1.0)
        self.optimizer.step()
        return float(loss.detach())

    def note(self, **line: object) -> None:
        """Add a line to the history."""
        self.history.append({"step": self.step, **line})

    def save(self) -> None:
        """Write weights, optimizer state and history; the JSON that makes them count is replaced last."""
        state = {f"weight.{name}": weight.detach() for name, weight in self.tuner.weights.items()}
        for name, weight in self.tuner.weights.items():
            for key, value in self.optimizer.state[weight].items():
                state[f"{key}.{name}"] = value
        name = f"step-{self.step:05d}.safetensors"
        save_file(state, self.folder / name)
        (self.folder / "history.jsonl").write_text(
            "".join(json.dumps(line) + "\n" for line in self.history), "utf-8"
        )
        draft = self.folder / "checkpoint.part"
        draft.write_text(
            json.dumps({"step": self.step, "file": name, "plan": asdict(self.plan)}, indent=1), "utf-8"
        )
        draft.replace(self.folder / "checkpoint.json")

    def _load(self) -> None:
        about = json.loads((self.folder / "checkpoint.json").read_text("utf-8"))
        for name in ("batch", "rank", "hard", "seed"):
            was, now = about["plan"][name], getattr(self.plan, name)
            if was != now:
                raise InvalidRequest(
                    f"{self.folder} holds a run with {name} {was}, not {now}. Choose another --work folder,"
                    " or the run's own settings to go on with it"
                )
        state = load_file(self.folder / about["file"])
        for name, weight in self.tuner.weights.items():
            weight.data.copy_(state[f"weight.{name}"])
            keys = ("step", "exp_avg", "exp_avg_sq")
            self.optimizer.state[weight] = {key: state[f"{key}.{name}"] for key in keys}
        self.step = about["step"]
        lines = (self.folder / "history.jsonl").read_text("utf-8").splitlines()
        self.history = [line for line in map(json.loads, lines) if line["step"] <= self.step]
