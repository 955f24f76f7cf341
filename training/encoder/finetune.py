"""Fine-tuning of the encoder as a low-rank adapter (LoRA: Hu et al. 2021) by sentence-transformers' trainer.

The embeddings stay frozen. French negatives of a French-English pair are what removes the encoder's bias for
the language of the query.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from safetensors.torch import load_file
from sentence_transformers import (
    SentenceTransformer,
    SentenceTransformerTrainer,
    SentenceTransformerTrainingArguments,
)
from sentence_transformers.base.sampler import DefaultBatchSampler
from sentence_transformers.sentence_transformer.evaluation import (
    InformationRetrievalEvaluator,
    SequentialEvaluator,
)
from torch.utils.data import SequentialSampler
from transformers.trainer_utils import get_last_checkpoint

from matcher.errors import InvalidRequest
from training.encoder.config import Plan
from training.encoder.examples import PROMPTS, draw, mine
from training.encoder.loss import MaskedRankingLoss
from training.sources.datasets import DevTask, TrainingSet

TARGETS = ["query", "key", "value", "attention.output.dense", "intermediate.dense", "output.dense"]
_RESUMABLE = ("steps", "batch", "rank", "hard", "seed")
_TINY = ".default.weight"

Adapter = dict[str, torch.Tensor]
"""Matrices by name: ``<module>.lora_A`` (rank, in) and ``<module>.lora_B`` (out, rank)."""


def open_base(folder: Path, plan: Plan) -> SentenceTransformer:
    """Load a BERT SentenceTransformer with a fresh trainable adapter on frozen weights.

    The adapter's second matrices are zero, so it encodes as the base does.
    """
    torch.manual_seed(plan.seed)
    model = SentenceTransformer(str(folder), device="cpu", local_files_only=True)
    model.max_seq_length = plan.max_tokens
    model.add_adapter(LoraConfig(r=plan.rank, lora_alpha=int(plan.alpha), target_modules=TARGETS))
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0  # batches of unlike texts are noise enough, and runs repeat
    return model


def adapter_of(model: SentenceTransformer) -> Adapter:
    """Return copies of the adapter's matrices, float32."""
    return {
        _short(name): weight.detach().clone() for name, weight in model.named_parameters() if _is_lora(name)
    }


def set_adapter(model: SentenceTransformer, adapter: Mapping[str, torch.Tensor]) -> None:
    """Put matrices as :func:`adapter_of` gives them into the model.

    Raises
    ------
    InvalidRequest
        A matrix is missing or has another shape: the adapter is of another rank or model.
    """
    for name, weight in model.named_parameters():
        if not _is_lora(name):
            continue
        kept = adapter.get(_short(name))
        if kept is None or kept.shape != weight.shape:
            raise InvalidRequest(
                f"The adapter does not fit at {_short(name)}: it has another rank or is of another model."
                " Train from none, or from an adapter of this plan"
            )
        weight.data.copy_(kept.float())


def _is_lora(name: str) -> bool:
    return name.endswith(_TINY) and ".lora_" in name


def _short(name: str) -> str:
    """Name a matrix as ``BertModel`` names its layer: ``0.model.encoder…`` -> ``encoder…``."""
    return name.removesuffix(_TINY).partition("model.")[2] or name.removesuffix(_TINY)


def begin_with(model: SentenceTransformer, folder: Path, plan: Plan) -> str:
    """Begin from the adapter in ``folder``, at the strength its manifest says; return its sha256.

    Raises
    ------
    InvalidRequest
        It has another rank or other layers than this run's plan.
    """
    about = json.loads((folder / "manifest.json").read_text("utf-8"))
    strength = about["alpha"] / about["rank"] / (plan.alpha / plan.rank)
    kept = load_file(folder / "adapter.safetensors")
    scaled = {name: weight * (strength if name.endswith("lora_B") else 1.0) for name, weight in kept.items()}
    set_adapter(model, scaled)
    return str(about["sha256"])


def between(begun: Adapter, ended: Adapter, share: float) -> Adapter:
    """Return the adapter ``share`` of the way between two, in the weights (Wortsman et al. 2022)."""
    return {name: torch.lerp(begun[name], weight, share) for name, weight in ended.items()}


def _evaluator_of(task: DevTask) -> InformationRetrievalEvaluator:
    return InformationRetrievalEvaluator(
        {str(at): text for at, text in enumerate(task.queries)},
        {str(at): text for at, text in enumerate(task.corpus)},
        {str(at): set(map(str, places)) for at, places in enumerate(task.relevant)},
        name=task.name,
        query_prompt=PROMPTS[True],
        corpus_prompt=PROMPTS[task.symmetric],
        write_csv=False,
    )


def evaluator(tasks: Sequence[DevTask]) -> SequentialEvaluator:
    """Return the library's evaluator of held-out tasks; its score is the mean of their MAP@100."""
    return SequentialEvaluator(
        [_evaluator_of(task) for task in tasks],
        main_score_function=lambda scores: sum(scores) / len(scores),
    )


def measure(model: SentenceTransformer, tasks: Sequence[DevTask]) -> dict[str, float]:
    """Return the mean average precision (at 100) of every held-out task, by its name; none for no tasks."""
    if not tasks:
        return {}
    found = evaluator(tasks)(model)
    return {task.name: float(found[f"{task.name}_cosine_map@100"]) for task in tasks}


def best_share(
    model: SentenceTransformer, begun: Adapter, tasks: Sequence[DevTask], shares: Sequence[float]
) -> tuple[float, dict[str, float]]:
    """Put the best adapter between ``begun`` and the model's own into the model.

    Return its share and what it measures: the best mean over the held-out tasks, ties to the first share.
    """
    ended = adapter_of(model)
    found: dict[float, dict[str, float]] = {}
    for share in shares:
        set_adapter(model, between(begun, ended, share))
        found[share] = measure(model, tasks)
    best = max(found, key=lambda share: sum(found[share].values()))
    set_adapter(model, between(begun, ended, best))
    return best, found[best]


def train(
    model: SentenceTransformer,
    sets: Sequence[TrainingSet],
    tasks: Sequence[DevTask],
    plan: Plan,
    folder: Path,
) -> list[dict[str, Any]]:
    """Train up to ``plan.steps`` and return the history: one line a step, one a measurement.

    The folder keeps the last two checkpoints; the same call goes on from the last.

    Raises
    ------
    InvalidRequest
        The folder holds a run with other settings.
    """
    _same_settings(folder, plan)
    mined = {one.name: mine(one, model) for one in sets} if plan.hard else {}
    drawn = draw(sets, plan, mined)
    trainer = SentenceTransformerTrainer(
        model=model,
        args=_arguments(plan, folder, measured=bool(tasks)),
        train_dataset=drawn.table,
        loss=MaskedRankingLoss(model, drawn.keys, plan.temperature),
        evaluator=evaluator(tasks) if tasks else None,
    )
    last = get_last_checkpoint(str(folder))  # type: ignore[no-untyped-call]
    trainer.train(resume_from_checkpoint=last)
    return _history(trainer.state.log_history, tasks, drawn.sets)


def _same_settings(folder: Path, plan: Plan) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    kept = folder / "plan.json"
    if not kept.is_file():
        kept.write_text(json.dumps(asdict(plan), indent=1), "utf-8")
    was = json.loads(kept.read_text("utf-8"))
    for name in _RESUMABLE:
        if was[name] != getattr(plan, name):
            raise InvalidRequest(
                f"{folder} holds a run with {name} {was[name]}, not {getattr(plan, name)}. Choose another"
                " --work folder, or the run's own settings to go on with it"
            )


def _arguments(plan: Plan, folder: Path, *, measured: bool) -> SentenceTransformerTrainingArguments:
    return SentenceTransformerTrainingArguments(
        output_dir=str(folder),
        max_steps=plan.steps,
        per_device_train_batch_size=plan.batch,
        learning_rate=plan.rate,
        weight_decay=0.01,
        max_grad_norm=1.0,
        warmup_steps=round(plan.warmup * plan.steps),
        lr_scheduler_type="warmup_stable_decay",
        lr_scheduler_kwargs={"num_decay_steps": round(plan.decay * plan.steps), "decay_type": "linear"},
        batch_sampler=_in_order,
        seed=plan.seed,
        logging_steps=1,
        save_steps=plan.every,
        save_total_limit=2,
        eval_strategy="steps" if measured else "no",
        eval_steps=plan.every,
        eval_on_start=measured,
        use_cpu=True,
        dataloader_pin_memory=False,
        report_to=[],
    )


def _in_order(dataset: Dataset, batch_size: int, **_settings: object) -> DefaultBatchSampler:
    """Read the batches in the order in which they were drawn."""
    return DefaultBatchSampler(SequentialSampler(dataset), batch_size=batch_size, drop_last=True)


def _history(
    logged: Sequence[Mapping[str, Any]], tasks: Sequence[DevTask], sets: Sequence[str]
) -> list[dict[str, Any]]:
    """Keep of the trainer's log what the plots and the manifest tell."""
    history: list[dict[str, Any]] = []
    for line in logged:
        step = int(line["step"])
        if "loss" in line:
            history.append(
                {"step": step, "loss": line["loss"], "rate": line["learning_rate"], "set": sets[step - 1]}
            )
        dev = {task.name: line.get(f"eval_{task.name}_cosine_map@100") for task in tasks}
        if dev and None not in dev.values():
            history.append({"step": step, "dev": dev})
    return history
