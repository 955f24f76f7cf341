"""Long texts that say one thing over and over, as anybody may send them.

They are read in a process of its own: what runs away holds the interpreter and cannot be stopped from inside.
All of them take a reader a few seconds at most; one alone took longer than the limit while readers began
again at every sign.
"""

import json
import subprocess
import sys

import pytest

LIMITED = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (20, 20))  # seconds of processor time: a busy machine takes longer
"""
ONE_AFTER_THE_OTHER = (
    "\n", " ", ",", "-", "–", "·", ".", "/", "(", "h/", "(h/f ", "e\u0301", "a/b ", "et ", "l'", "sans ",
    "pas de ", "sauf a, ", "ne a pas ", "ni ", "à ", "À ", "à Albi ", "in A ", "H/F ", "(e)", "·e", "IA ",
    "(H/F)développeuse/développeur aide ",
)  # fmt: skip
READERS = {
    "neutral": "from matcher.language.analyser import neutral as read",
    "exclusions": "from matcher.language import negations as read",
    "place": """
from functools import partial
from matcher.knowledge import town_in
from matcher.knowledge.places import Place, Territory
read = partial(town_in, territory=Territory([Place("Albi", "81", 43.9, 2.1)], []))
""",
    "typed place": """
from functools import partial
from matcher.knowledge import town_in
from matcher.knowledge.places import Place, Territory
read = partial(town_in, territory=Territory([Place("Albi", "81", 43.9, 2.1)], []), typed=True)
""",
    "spelling": """
from matcher.language import Spelling
read = Spelling(["aaaaaaaaaa", "IA", "développeur"]).readings
""",
    "skills": """
from matcher.knowledge.skills import SkillFinder, SkillLabels
read = SkillFinder([SkillLabels(f"S{n}", "IA", digital=True) for n in range(8)]).find
""",
}


@pytest.mark.process
@pytest.mark.parametrize("reader", READERS)
def test_no_long_text_keeps_its_reader_busy(reader: str) -> None:
    texts = ["a" + (unit * 40_000)[:39_998] + "b" for unit in ONE_AFTER_THE_OTHER]
    code = f"{LIMITED}{READERS[reader]}\nfor text in json.load(sys.stdin):\n    read(text)\n"
    subprocess.run([sys.executable, "-c", code], input=json.dumps(texts), text=True, check=True)
