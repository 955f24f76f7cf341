"""The ages that the law sets for apprentices, and the offers that may state them."""

import re

_ABOUT = re.compile(
    # Work for apprentices ("formatrice d'apprentis", "responsable alternance"), a trade of another meaning,
    # or an apprenticeship that is only one way to be taken on.
    r"(?<!contrat )(?<!offre )\b(?:d['’]|de l['’]|des |aux |les |l['’])(?:alternan|apprenti)\w*"
    r"|\b(?:formateur|formatrice|responsable|charge|conseill|coordinat|referent|gestionnaire|direct|chef|tut"
    r"|maitre|relation|service|pole)\S* (?:(?:en|de) )?(?:alternan|apprenti)\w*"
    r"|\bapprentissage (?:automatique|profond|statistique|par renforcement)|\bapprentis d['’]auteuil"
    r"|\b(?:alternan|apprenti)\w* (?:possible|envisag|bienvenu|accepte)\w*"
)
_APPRENTICESHIP = re.compile(r"\b(?:alternan|apprenti)")
_OTHER_CONTRACT = re.compile(r"\bcd[di]\b|\bduree (?:in)?determinee\b")
_CONTRACT = re.compile(
    r"(?:^|[.|] *)(?:en |(?:type de )?contrat ?(?:: ?|d['’]|en ))(?:contrat d['’])?"
    r"(?:alternance|apprentissage)\b",
    re.MULTILINE,
)
_AGES = re.compile(r"\b1[5-8]\b.{1,12}\b(?:29|30) ans\b|\bmoins de 30 ans\b")
"""16 to 29 (Code du travail, L6222-1), 15 after the third form."""
_TEAM = re.compile(
    r"\b(?:equipe|collegue|collaborat|salarie)\w*(?: (?!(?:tu|vous|si|et|ou|as|avez|ayez)\b)\w+){0,3} ?$"
)


def is_apprentices_age(title: str, text: str, before: str, words: str) -> bool:
    """Return whether words give the lawful ages of apprentices, in an offer of apprenticeship.

    The other wordings are excused by their own sentence alone: one may be lawful and the next not. So are the
    ages of a team: they are no condition of the contract.

    Parameters
    ----------
    title, text
        Those of the offer, folded.
    before
        What comes just before the words, folded.
    words
        The words, folded.

    >>> offer = "developpeuse web en alternance"
    >>> is_apprentices_age(offer, offer, "tu as ", "moins de 30 ans")
    True
    >>> is_apprentices_age(offer, offer, "une equipe de ", "moins de 30 ans")
    False
    """
    if not _AGES.search(words) or _TEAM.search(before):
        return False
    if _OTHER_CONTRACT.search(title):
        return False
    if _APPRENTICESHIP.search(_ABOUT.sub("", title)):
        return True
    if _ABOUT.search(title) or _OTHER_CONTRACT.search(text):
        return False
    return _CONTRACT.search(text) is not None
