"""Held-out retrieval tasks made from the training sources, to tune by without looking at a benchmark."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sklearn.feature_extraction.text import TfidfVectorizer

from training.ranking.metrics import average_precision
from training.sources.datasets import (
    Concept,
    Question,
    concepts,
    held_out,
    is_ict,
    job_names,
    read,
    relations,
    texts,
)


def mean_average_precision(scores: NDArray[np.float32], relevant: Sequence[frozenset[int]]) -> float:
    """Mean average precision of ``scores`` (queries, corpus), in [0, 1].

    It equals the mean reciprocal rank where one text is relevant. Ties go to the lower position. Queries
    without a relevant text are not allowed; no query gives 0.

    >>> mean_average_precision(np.array([[.9, .1, .5]], np.float32), [frozenset({0, 1})])
    0.8333333333333333
    """
    if not relevant:
        return 0.0
    values = []
    for line, answers in zip(scores, relevant, strict=True):
        ranking = np.argsort(-line, kind="stable").tolist()
        values.append(average_precision(ranking, dict.fromkeys(answers, 1.0)))
    return float(np.mean(values))


def lookalikes(answers: Sequence[str], texts: Sequence[str], each: int = 15) -> list[str]:
    """Texts that are spelt most like each answer, by character trigrams: what a ranking trips over.

    At most ``each`` for an answer, itself among them; in order of ``texts``, each once. An answer that is not
    one of ``texts`` gives none.

    >>> lookalikes(["web developers"], ["web developers", "florist", "web designer"], each=2)
    ['web developers', 'web designer']
    """
    pool = list(dict.fromkeys(texts))
    table = TfidfVectorizer(analyzer="char_wb", ngram_range=(3, 3), sublinear_tf=True).fit_transform(pool)
    place = {text: at for at, text in enumerate(pool)}
    known = [place[answer] for answer in answers if answer in place]
    scores = (table[known] @ table.T).toarray() if known else np.empty((0, len(pool)))
    return [pool[at] for at in sorted(set(np.argsort(-scores, axis=1, kind="stable")[:, :each].ravel()))]


def _one_answer(
    name: str, pairs: Sequence[tuple[str, str]], more: Sequence[str], symmetric: bool = True
) -> Question:
    """Each query's answer among all answers and ``more``; one text is one corpus entry."""
    corpus = list(dict.fromkeys([*(answer for _, answer in pairs), *more]))
    place = {text: i for i, text in enumerate(corpus)}
    kept = [(query, answer) for query, answer in pairs if query != answer]
    return Question(
        name,
        tuple(query for query, _ in kept),
        tuple(corpus),
        tuple(frozenset({place[answer]}) for _, answer in kept),
        symmetric,
    )


def _job_skills(data: Path, jobs: Sequence[Concept], skills: Sequence[Concept], size: int) -> Question:
    linked = {job.uri: job for job in jobs if held_out(job.uri) and not is_ict(job.isco)}
    wanted = dict(list(relations(data, list(linked.values()), skills).items())[:60])
    answers = [skill.fr[0].text for found in wanted.values() for skill in found]
    corpus = list(dict.fromkeys([*answers, *(skill.fr[0].text for skill in skills[:size])]))
    place = {text: i for i, text in enumerate(corpus)}
    relevant = tuple(frozenset(place[skill.fr[0].text] for skill in found) for found in wanted.values())
    return Question("job-skill", tuple(linked[uri].fr[0].text for uri in wanted), tuple(corpus), relevant)


def questions(data: Path, size: int = 700) -> list[Question]:
    """Make the tasks: synonyms, French-English, job names, skills of a job, texts, missions."""
    jobs, skills = concepts(data, "occupations"), concepts(data, "skills")
    mine = [job for job in jobs if held_out(job.uri)]
    both = [*mine, *(skill for skill in skills if held_out(skill.uri))][: size // 2 + len(mine)]
    rome = job_names(data)
    asked = [(text.text, name.text) for name, pool in rome.values() for text in pool if held_out(text.text)]
    missions = read(data, "catalogue/international.csv")
    notices = [
        (texts([title], ())[0].text, texts([body], ())[0].text)
        for title, body in missions.loc[missions["lang"] == "fr", ["title", "description_fr"]].itertuples(
            index=False
        )
    ]
    return [
        _one_answer(
            "fr-fr",
            [(text.text, job.fr[0].text) for job in mine for text in job.fr[1:5]],
            lookalikes([job.fr[0].text for job in mine], [text.text for job in jobs for text in job.fr]),
        ),
        _one_answer(
            "fr-en",
            [(item.fr[0].text, item.en[0].text) for item in both],
            lookalikes([job.en[0].text for job in mine], [text.text for job in jobs for text in job.en]),
        ),
        _one_answer("rome", asked[: size // 2], [name.text for name, _ in rome.values()]),
        _job_skills(data, jobs, skills, size),
        _one_answer(
            "description",
            [(item.fr[0].text, item.description[0].text) for item in both if item.description][: size // 4],
            [],
            False,
        ),
        _one_answer("missions", notices, [], False),
    ]
