"""Held-out retrieval tasks made from the training sources, to tune by without looking at a benchmark."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from training.sources.datasets import (
    Concept,
    DevTask,
    Variants,
    concepts,
    held_out,
    is_ict,
    job_names,
    projects,
    read,
    relations,
    texts,
)


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
    name: str, pairs: Sequence[tuple[str, str]], more: Sequence[str], *, symmetric: bool = True
) -> DevTask:
    """Each query's answer among all answers and ``more``; one text is one corpus entry."""
    corpus = list(dict.fromkeys([*(answer for _, answer in pairs), *more]))
    place = {text: i for i, text in enumerate(corpus)}
    kept = [(query, answer) for query, answer in pairs if query != answer]
    return DevTask(
        name,
        tuple(query for query, _ in kept),
        tuple(corpus),
        tuple(frozenset({place[answer]}) for _, answer in kept),
        symmetric,
    )


def _job_skills(data: Path, jobs: Sequence[Concept], skills: Sequence[Concept], size: int) -> DevTask:
    linked = {job.uri: job for job in jobs if held_out(job.uri) and not is_ict(job.isco)}
    wanted = dict(list(relations(data, list(linked.values()), skills).items())[:60])
    answers = [skill.fr[0].text for found in wanted.values() for skill in found]
    corpus = list(dict.fromkeys([*answers, *(skill.fr[0].text for skill in skills[:size])]))
    place = {text: i for i, text in enumerate(corpus)}

    def places(found: Sequence[Concept]) -> frozenset[int]:
        return frozenset(place[skill.fr[0].text] for skill in found)

    relevant = tuple(map(places, wanted.values()))
    return DevTask("job-skill", tuple(linked[uri].fr[0].text for uri in wanted), tuple(corpus), relevant)


def dev_tasks(data: Path, size: int = 700, *, prose: bool = True) -> list[DevTask]:
    """Make the tasks: synonyms, French-English, job names, skills of a job, texts, missions, projects.

    ``prose`` adds the innovation projects that training holds out.
    """
    jobs, skills = concepts(data, "occupations"), concepts(data, "skills")
    mine = [job for job in jobs if held_out(job.uri)]
    both = [*mine, *(skill for skill in skills if held_out(skill.uri))][: size // 2 + len(mine)]
    synonyms = [(text.text, job.fr[0].text) for job in mine for text in job.fr[1:5]]
    described = [(item.fr[0].text, item.description[0].text) for item in both if item.description]
    french, english = [job.fr for job in jobs], [job.en for job in jobs]
    tasks = [
        _one_answer("fr-fr", synonyms, _near([job.fr for job in mine], french)),
        _one_answer(
            "fr-en",
            [(item.fr[0].text, item.en[0].text) for item in both],
            _near([job.en for job in mine], english),
        ),
        _rome(data, size // 2),
        _job_skills(data, jobs, skills, size),
        _one_answer("description", described[: size // 4], [], symmetric=False),
        _one_answer("missions", _missions(data), [], symmetric=False),
    ]
    if prose:
        pairs = [(title.text, summary.text) for title, summary in projects(data, held=True)[:size]]
        tasks.append(_one_answer("projects", pairs, [], symmetric=False))
    return tasks


def _near(answers: Sequence[Variants], pools: Sequence[Variants]) -> list[str]:
    """Return the texts of the pools that are spelt most like the first text of each answer."""
    pool = [text.text for variants in pools for text in variants]
    return lookalikes([variants[0].text for variants in answers], pool)


def _rome(data: Path, size: int) -> DevTask:
    rome = job_names(data)
    asked = [(text.text, name.text) for name, pool in rome.values() for text in pool if held_out(text.text)]
    return _one_answer("rome", asked[:size], [name.text for name, _ in rome.values()])


def _missions(data: Path) -> list[tuple[str, str]]:
    """Return the titles and descriptions of the French opportunities abroad."""
    table = read(data, "catalogue/international.csv")
    french = table.loc[table["lang"] == "fr", ["title", "description_fr"]]
    return [
        (texts([title], ())[0].text, texts([body], ())[0].text)
        for title, body in french.itertuples(index=False)
    ]
