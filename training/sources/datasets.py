"""What the encoder learns from: examples of texts that mean the same.

Sources are folders of files a path is passed to: ``esco/``, ``rome/``, ``catalogue/``, for prose ``ilab/``
and ``hr/rome/`` and, for what must be left out, ``benchmarks/``. No relevance judgement (qrels) and no
ROME-ESCO crosswalk is ever opened.
Every text goes through :func:`matcher.language.analyser.neutral`, as it does when the service encodes it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pandas as pd

from matcher.errors import NotReady
from matcher.language.analyser import neutral

ICT = ("25", "35", "133")
"""ISCO groups whose skill relations are never trained on: ``esco-job2skill-ict`` is made from them."""


PROFILE_SKILLS = 8
"""An occupation with fewer skills than these makes no profile."""


@dataclass(frozen=True, slots=True)
class Text:
    """One text and what it is about: two texts that share a key are never used against each other."""

    text: str
    keys: frozenset[str]


Variants = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Example:
    """Groups of variants; a text of one group means the same as a text of another.

    ``hard_negatives`` are texts that look alike and mean something else.
    """

    variants: tuple[Variants, ...]
    hard_negatives: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """Examples of one kind, drawn together in a batch.

    ``weight`` is its share of the batches; ``symmetric`` the share of its batches in which every text carries
    the query prompt: in the others all texts but the first are passages.
    """

    name: str
    examples: tuple[Example, ...]
    weight: float
    symmetric: float


@dataclass(frozen=True, slots=True)
class DevTask:
    """A held-out retrieval task; ``relevant[i]`` are the places in ``corpus`` that answer ``queries[i]``."""

    name: str
    queries: tuple[str, ...]
    corpus: tuple[str, ...]
    relevant: tuple[frozenset[int], ...]
    symmetric: bool = True


def held_out(key: str, percent: int = 5) -> bool:
    """Whether a concept is kept for measuring; depends on its name only, so a rerun holds out the same.

    >>> sum(held_out(str(i)) for i in range(1000))
    50
    """
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:4], "big") % 100 < percent


def texts(raw: Iterable[str], keys: Iterable[str]) -> Variants:
    """Distinct neutral forms of ``raw``, in order of first appearance; empty texts are dropped."""
    shared = frozenset(keys)
    forms = dict.fromkeys(" ".join(neutral(text).split()) for text in raw)
    return tuple(Text(form, shared) for form in forms if form)


def read(folder: Path, name: str) -> pd.DataFrame:
    """Read a CSV (also ``.gz``) as text; raises NotReady naming the file when it is absent."""
    path = folder / name
    if not path.is_file():
        raise NotReady(f"{path} is missing. Pass the folder with esco/, rome/, catalogue/ and benchmarks/")
    return pd.read_csv(path, dtype=str, keep_default_na=False)


@dataclass(frozen=True, slots=True)
class Concept:
    """An ESCO occupation or skill: labels in both languages (preferred first) and the English description."""

    uri: str
    isco: str
    fr: Variants
    en: Variants
    description: Variants


def concepts(data: Path, kind: str) -> list[Concept]:
    """ESCO ``kind`` ("occupations" or "skills") that have a French label, in order of their URI."""
    en = read(data, f"esco/{kind}_en.v1.1.1.csv.gz").set_index("conceptUri")
    fr = read(data, f"esco/{kind}_fr.2020.csv.gz").drop_duplicates("conceptUri").set_index("conceptUri")
    both = en.merge(fr, left_index=True, right_index=True, suffixes=("", "_fr")).sort_index()
    found = []
    for uri, row in both.iterrows():
        labels = [
            (row[f"preferredLabel{side}"], *row[f"altLabels{side}"].split("\n")) for side in ("_fr", "")
        ]
        name = [label.strip().casefold() for label in labels[1][:1]]
        keys = (str(uri), *name)
        description = row["description"].replace("â\x80\x99", "’")
        found.append(
            Concept(
                str(uri),
                str(row.get("iscoGroup", "")),
                texts(labels[0], keys),
                texts(labels[1], keys),
                texts([description], keys),
            )
        )
    return found


def is_ict(isco: str) -> bool:
    """Whether an ISCO group is one of the ICT groups left out of the skill relations.

    >>> is_ict("2512"), is_ict("1330"), is_ict("2166")
    (True, True, False)
    """
    return isco.startswith(ICT)


def relations(
    data: Path, occupations: Sequence[Concept], skills: Sequence[Concept]
) -> dict[str, list[Concept]]:
    """Skills of every occupation outside ICT, by occupation URI."""
    table = read(data, "esco/occupationSkillRelations.v1.1.1.csv.gz")
    known = {skill.uri: skill for skill in skills}
    wanted = {job.uri for job in occupations if not is_ict(job.isco)}
    linked: dict[str, list[Concept]] = {}
    for job, skill in zip(table["occupationUri"], table["skillUri"], strict=True):
        if job in wanted and skill in known:
            linked.setdefault(job, []).append(known[skill])
    return linked


def left_out(data: Path) -> frozenset[str]:
    """Ids and neutral forms of the job names asked in ``benchmarks/rome-appellation2metier``."""
    path = data / "benchmarks/rome-appellation2metier/queries.jsonl.gz"
    if not path.is_file():
        raise NotReady(
            f"{path} is missing: the job names asked there must be known to be left out of training"
        )
    asked = pd.read_json(path, lines=True, dtype=False)
    forms = (text.text.casefold() for text in texts(asked["text"], ()))
    return frozenset(asked["_id"].astype(str)) | frozenset(forms)


def job_names(data: Path) -> dict[str, tuple[Text, Variants]]:
    """ROME occupations by code: their name and the job names that may be trained on."""
    banned = left_out(data)
    names = read(data, "rome/appellations.v4.60.csv.gz")
    found: dict[str, tuple[Text, Variants]] = {}
    by_code = dict(iter(names.groupby("code_rome")))
    for code, label in read(data, "rome/metiers.v4.60.csv.gz")[["code_rome", "libelle_rome"]].itertuples(
        index=False
    ):
        group = by_code[code] if code in by_code else names.iloc[:0]
        raw = [
            text
            for ogr, text in zip(group["code_ogr"], group["libelle_appellation_long"], strict=True)
            if ogr not in banned
        ]
        pool = tuple(text for text in texts(raw, [code]) if text.text.casefold() not in banned)
        found[code] = (texts([label], [code])[0], pool)
    return found


def catalogue_rows(data: Path) -> list[Example]:
    """Short and long texts of one organisation, factory or programme of the catalogue."""
    columns = {
        "organisations": ("expertise_keywords", "sectors_served"),
        "factories": ("name", "keywords", "ateliers_fr"),
        "inclusion_programmes": ("name", "theme"),
    }
    rows = []
    for name, short in columns.items():
        for number, record in read(data, f"catalogue/{name}.csv").iterrows():
            key = [f"{name}{number}"]
            query = texts(
                [", ".join(record[column].replace(";", ", ") for column in short if record[column])], key
            )
            rows.append(Example((query, texts([record["description_fr"]], key))))
    return [row for row in rows if all(row.variants)]


def vocabulary_rows(data: Path) -> list[Example]:
    """Names of one concept, against the terms it is mistaken for."""
    rows = []
    for record in read(data, "catalogue/vocabulary.csv").to_dict("records"):
        key = [record["id"]]
        pool = texts([record["canonical_fr"], record["canonical_en"], *record["synonyms"].split(";")], key)
        traps = texts(record["not_synonym_of"].split(";"), key)
        rows.append(Example((pool[:1], pool[1:] or pool), tuple(trap.text for trap in traps)))
    return rows


def profile_rows(jobs: Sequence[Concept], linked: Mapping[str, Sequence[Concept]]) -> list[Example]:
    """Make rows of an occupation's French names and what a person of it could write: some of its skills."""
    rows = []
    for job in jobs:
        skills = [skill.fr[0].text for skill in linked.get(job.uri, ()) if skill.fr]
        said = [", ".join(skills[start::4][:5]) for start in range(4) if len(skills) >= PROFILE_SKILLS]
        if said and job.fr:
            rows.append(Example((job.fr, texts(said, job.fr[0].keys))))
    return rows


PROJECTS_HELD_OUT = 33
"""Percentage of innovation projects kept for measuring."""


def projects(data: Path, *, held: bool) -> list[tuple[Text, Text]]:
    """Titles and summaries of i-Lab projects: those held out for measuring, or the others.

    A title of one word is a name that says nothing, and is left out.
    """
    pairs = []
    for row in read(data, "ilab/projects_train.csv.gz").to_dict("records"):
        title, summary = texts([row["title"]], [row["id"]]), texts([row["summary"]], [row["id"]])
        telling = len(row["title"].split()) > 1
        if title and summary and telling and held_out(row["id"], PROJECTS_HELD_OUT) is held:
            pairs.append((title[0], summary[0]))
    return pairs


def definition_rows(data: Path, names: Mapping[str, tuple[Text, Variants]]) -> list[Example]:
    """Names of a ROME occupation and its definition, a paragraph of French prose."""
    rows = []
    for record in read(data, "hr/rome/metier_texte.v4.60.csv.gz").to_dict("records"):
        code, definition = record["code_rome"], record["definition_fr"].replace("''", "'")
        found = texts([definition], [code])
        if code in names and found:
            name, pool = names[code]
            rows.append(Example(((name, *_kept(pool)), found)))
    return rows


def training_sets(data: Path, prose: float = 0.18) -> list[TrainingSet]:
    """Everything that is trained on, without what the held-out tasks ask.

    ``prose`` in [0, 1] is the share of batches that set a title against a paragraph in French; the others
    keep their proportions. At 0 no source of prose is read.
    """
    labels = label_sets(data)
    if prose == 0:
        return labels
    definitions = definition_rows(data, job_names(data))
    pairs = projects(data, held=False)
    kept = [replace(one, weight=one.weight * (1 - prose)) for one in labels]
    return [
        *kept,
        TrainingSet("projects", tuple(Example(((a,), (b,))) for a, b in pairs), 0.7 * prose, 0.0),
        TrainingSet("definitions", tuple(definitions), 0.3 * prose, 0.0),
    ]


def label_sets(data: Path) -> list[TrainingSet]:
    """Titles, labels and short descriptions, in shares that add up to 1."""
    jobs = [job for job in concepts(data, "occupations") if not held_out(job.uri)]
    skills = [skill for skill in concepts(data, "skills") if not held_out(skill.uri)]
    linked = relations(data, jobs, skills)
    occupations = [Example((job.fr, job.en, job.fr + job.en[1:])) for job in jobs]
    rome = [Example((_kept(pool) or (name,), (name,))) for name, pool in job_names(data).values() if pool]
    labels = [Example((skill.fr, skill.en)) for skill in skills]
    links = [_link(job, linked[job.uri]) for job in jobs if job.uri in linked]
    described = [item for item in (*jobs, *skills) if item.description]
    descriptions = [Example((item.fr + item.en[:2], item.description)) for item in described]
    return [
        TrainingSet("occupations", tuple(occupations), 0.38, 0.8),
        TrainingSet("rome", tuple(rome), 0.21, 0.8),
        TrainingSet("skills", tuple(labels), 0.08, 0.6),
        TrainingSet("job-skill", tuple(links), 0.14, 0.6),
        TrainingSet("profiles", tuple(profile_rows(jobs, linked)), 0.05, 0.0),
        TrainingSet("descriptions", tuple(descriptions), 0.08, 0.0),
        TrainingSet("catalogue", tuple(catalogue_rows(data)), 0.02, 0.0),
        TrainingSet("vocabulary", tuple(vocabulary_rows(data)), 0.04, 0.5),
    ]


def _kept(pool: Variants) -> Variants:
    return tuple(text for text in pool if not held_out(text.text))


def _link(job: Concept, skills: Sequence[Concept]) -> Example:
    about = frozenset(key for skill in skills for key in skill.fr[0].keys) | {job.uri}
    return Example(
        (tuple(Text(label.text, about) for label in job.fr), tuple(skill.fr[0] for skill in skills))
    )
