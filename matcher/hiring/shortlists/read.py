"""The matcher of needs over the shipped lists of skills."""

import hashlib
from collections import defaultdict
from functools import cache
from pathlib import Path

from matcher.hiring.shortlists.match import NeedMatcher
from matcher.hiring.shortlists.relatedness import Relatedness
from matcher.knowledge.job_skills import SKILLS, TECHNOLOGIES, JobSkillFinder, read_job_skills


@cache
def read_need_matcher(data_dir: Path) -> NeedMatcher:
    """Return the matcher over the lists of the data folder, one a process; NotReady without its files."""
    skills = read_job_skills(data_dir)
    digest = hashlib.sha256()
    for name in (SKILLS, TECHNOLOGIES):
        digest.update((data_dir / "hr" / name).read_bytes())
    return NeedMatcher(skills, Relatedness(_occupations(skills)), digest.hexdigest()[:12])


def _occupations(skills: JobSkillFinder) -> dict[str, list[str]]:
    """Return the ids of the skills of each occupation."""
    found: dict[str, list[str]] = defaultdict(list)
    for skill_id in skills.skills():
        for occupation in skills.occupations(skill_id):
            found[occupation].append(skill_id)
    return found
