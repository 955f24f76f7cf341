"""Knowledge of the domain that ships with the product.

- ``skills``: ESCO skills named in a text
- ``vocabulary``: the cluster's terms: domains of acronyms, look-alikes
- ``concepts``: named concepts found in texts, with their places
- ``facts``: what an item is, has and looks for (``data/reference/facts.csv``)
- ``meets``: which concept of a question meets which of an item (``data/reference/meets.csv``)
- ``job_skills``, ``technologies``: the skills that needs and profiles may hold, and their relations
- ``occupations``: digital jobs named in a text (ROME)
- ``places``, ``towns``: towns, distances, antennas; the town a text names
- ``shapes``: outlines of the departments, for a map
- ``read``, ``tables``: readers of the files in ``data/esco``, ``data/reference`` and ``data/catalogue``
"""

from matcher.knowledge.concepts import NO_CONCEPTS, ConceptFinder, Mention
from matcher.knowledge.facts import FactFinder, FactRow, fact_fields, read_facts
from matcher.knowledge.job_skills import FoundJobSkill, JobSkillFinder, KeptSkill, Relation, read_job_skills
from matcher.knowledge.meets import MeetRow, Meets, Met, read_meets
from matcher.knowledge.occupations import NO_OCCUPATIONS, OccupationFinder, read_occupations
from matcher.knowledge.places import EARTH_RADIUS_KM, Antenna, Place, Territory, distances_km
from matcher.knowledge.read import (
    Knowledge,
    esco_finder,
    read_concepts,
    read_knowledge,
    read_skills,
    read_spelling,
    read_territory,
    read_vocabulary,
)
from matcher.knowledge.shapes import MAP_HEIGHT, MAP_WIDTH, DepartmentShape, read_shapes
from matcher.knowledge.skills import Skill, SkillFinder, SkillLabels
from matcher.knowledge.technologies import Technology, Telling
from matcher.knowledge.towns import town_in
from matcher.knowledge.vocabulary import NO_SENSES, Concept, Senses, Vocabulary

__all__ = [
    "EARTH_RADIUS_KM",
    "MAP_HEIGHT",
    "MAP_WIDTH",
    "NO_CONCEPTS",
    "NO_OCCUPATIONS",
    "NO_SENSES",
    "Antenna",
    "Concept",
    "ConceptFinder",
    "DepartmentShape",
    "FactFinder",
    "FactRow",
    "FoundJobSkill",
    "JobSkillFinder",
    "KeptSkill",
    "Knowledge",
    "MeetRow",
    "Meets",
    "Mention",
    "Met",
    "OccupationFinder",
    "Place",
    "Relation",
    "Senses",
    "Skill",
    "SkillFinder",
    "SkillLabels",
    "Technology",
    "Telling",
    "Territory",
    "Vocabulary",
    "distances_km",
    "esco_finder",
    "fact_fields",
    "read_concepts",
    "read_facts",
    "read_job_skills",
    "read_knowledge",
    "read_meets",
    "read_occupations",
    "read_shapes",
    "read_skills",
    "read_spelling",
    "read_territory",
    "read_vocabulary",
    "town_in",
]
