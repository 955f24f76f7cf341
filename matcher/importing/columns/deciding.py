"""Columns that decide whether an item may be recommended: obeyed where clear, else the import stops.

An organisation that asked not to be recommended would be, and a call would count as open that is not. Five
senses of a column are obeyed for organisations: consent, opposition, membership status, having left, and the
end of a membership. A column is clear when all its values are. One that only looks like these stops the
import, and so does an unknown date of a call.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from matcher.domain.items import ItemType
from matcher.importing.cells import boolean, instant
from matcher.importing.report import Fault
from matcher.importing.texts import BadCell, is_tick
from matcher.language import fold_words


class Sense(StrEnum):
    """What a deciding column of organisations says; the values are names of helper fields."""

    CONSENT = "_consent"
    OPPOSITION = "_opposition"
    MEMBERSHIP = "_membership"
    LEFT = "_left"
    UNTIL = "_until"


_SUGGESTED = r"(?:relation|recomm[ae]nd|contact|diffus|sollicit|propos|annuaire|partag|shar|introduc|cite)"
_NO = re.compile(
    r"\b(?:ne|n|pas|plus|not|no|non|never|sans|don t)\b|\brefus|\boppos|\bobjection|\bdesinscri|\bdesabonn"
    r"|\bunsubscri|\bopt ?(?:ed ?)?out|\bblacklist|\bliste noire"
)
_TWICE_NO = re.compile(r"\b(?:non|pas|sans|no|not|aucune) (?:oppos|objection|refus)")
_OPPOSITION = re.compile(
    r"desinscri|desabonn|unsubscri|\boppos|\bobjection|\brefus|\bopt ?(?:ed ?)?outs?\b"
    r"|\bblacklist|\bliste noire"
    r"|\b(?:ne (?:pas|plus|souhaite pas|veut pas)|n accepte pas|do not|don t|does not)\b.*"
    rf"(?:{_SUGGESTED}|mention|communiqu|trade|display|publi)"
)
_CONSENT = re.compile(
    r"\bconsent|\bopt ?(?:ed ?)?in\b|^rgpd$|^gdpr$|\brecommandable|\bdiffusable|\bd accord\b"
    r"|\b(?:accept|autoris|accord|agree|allow|souhait|veut|volontaire|ok pour|wants|willing)\w*\b.*"
    + _SUGGESTED
)
_OF_MEMBER = (
    r"(?:la |l )?(?:adhesion|adherente?|membre|cotisation|membership|member|subscription|commande|compte)"
)
_UNTIL = re.compile(
    rf"\bfin (?:de |d |du )?(?:la )?{_OF_MEMBER}|\bfin de validite|(?:adhesion|cotisation) .*jusqu"
    rf"|\bexpir\w* (?:de |d |of )?{_OF_MEMBER}|(?:membership|subscription) (?:end|expir)|^membre jusqu"
)
_LEFT = re.compile(
    r"\bdemission|\bresili|\bradi(?:e|es|ee|ation)\b|\b(?:date de )?(?:depart|sortie)\b|\bresign"
    r"|\bleft\b|\bleaving|\bancien(?:ne)? (?:membre|adherente?)|\ba quitte|\bexclusion"
    r"|\bdissolution|\bdate disso|\bcessation"
)
_MEMBERSHIP = re.compile(
    rf"\b(?:statut|etat|status|state|situation) (?:de |d |du |of )?{_OF_MEMBER}"
    rf"|\b{_OF_MEMBER} (?:status|state|active|en cours|a jour|valide|payee?|reglee?)|\ba jour\b"
    r"|^(?:actif|active|statut|status|etat|position|is active|est actif|en activite|adherent|adherente)$"
    r"|^etatadministratif|^etat administratif|^statutdiffusion|^statut de diffusion"
)
_CODED = re.compile(r"^etat ?administratif|^position$|^statut ?(?:de )?diffusion")
"""Registers (Sirene, RNA) that write a status as one letter."""
_CHANNEL = re.compile(
    r"\b(?:e ?mails?|mailings?|courriels?|newsletters?|infolettre|lettres?|sms|phone|telephone|calls?|mails?"
    r"|bulk|courrier|marketing)\b"
)
_STEM = re.compile(
    r"consent|accept|autoris|\baccord\b|oppos|refus|\bopt ?(?:in|out)|exclu|\bradi|resili|demission|statut"
    r"|status|\betat\b|adhes|adheren|cotis|membership|\bactif|\bactive|\binacti|archiv|bloqu|blacklist|rgpd|gdpr|dissou"
    r"|cessation|liquid|\bferme|recomm[ae]nd(?!\w* (?:par|by)\b)|quitt|\bsorti|suspen|resign"
)

_ACTIVE_WORDS = (
    "a jour;actif;active;adherent;adherente;membre;membre actif;membre adherent;en cours;valide;"
    "validee;paye;payee;regle;reglee;renouvele;renouvelee;current;new;en regle;ok;renewed;paid;"
    "valid;completed;confirme;confirmee;en activite;accepte;acceptee;autorise;accord;d accord;"
    "accepted;agreed;nouveau;nouvelle adhesion"
)
_ACTIVE = frozenset(_ACTIVE_WORDS.split(";"))
_ENDED_WORDS = (
    "resilie;resiliee;resiliation;demissionnaire;demission;demissionne;radie;radiee;radiation;exclu;"
    "exclue;ancien;ancienne;ancien membre;ancien adherent;ex membre;ex adherent;inactif;inactive;"
    "non renouvele;non renouvelee;expire;expiree;expired;cancelled;canceled;annule;annulee;"
    "rembourse;remboursee;refuse;refusee;parti;partie;sorti;sortie;quitte;dissous;dissoute;"
    "liquidation;en liquidation;liquidation judiciaire;liquide;liquidee;cesse;cessee;cessation;"
    "ferme;fermee;closed;resigned;left;former;former member;lapsed;archive;archivee;archived;"
    "plus adherent;plus membre;non adherent;pas a jour;non a jour;oppose;opposee;opposition;refus;"
    "declined;revoked;desinscrit;desinscrite;unsubscribed;suspendu;suspendue;terminated;ended;perdu"
)
_ENDED = frozenset(_ENDED_WORDS.split(";"))
_CODES = {"a": False, "o": False, "c": True, "f": True, "d": True, "s": True, "p": True, "n": True}

_WINDOW = re.compile(
    r"\bouv(?:ert|re\b|rira)|\bclotur|\bclos|\bfermeture|\bdebut|^fin\b|\bjusqu|\becheance"
    r"|\blimite d(?:e|u)? (?:depot|candidature|reponse|inscription|remise|reception|soumission|envoi)"
    r"|\bopen(?:s|ing|ed)?\b(?! (?:source|data|innovation|access|science))|\bdeadline|\buntil\b"
    r"|\bexpir|\bvalable|\bstart(?:s|ing)?\b(?! up)|^ends?\b|\bbegins?\b"
    r"|\b(?:open|opening|start|end|due)dates?\b"
)
_DAY = re.compile(r"\bdates?\b")
_ABOUT_THE_RECORD = re.compile(
    r"\b(?:creation|created?|creee?|adhesion|membership|maj|mises? a jour|mise en ligne|updated?|modifi\w*"
    r"|publi(?:cation|shed|ee?)|saisie|ajout\w*|added|import\w*|export\w*|collecte\w*|consult\w*|verifi\w*|checked)\b"
)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is made of a column without a field of its own: obeyed in a sense, passed over, or a stop."""

    sense: Sense | None = None
    stop: Fault | None = None
    aside: Fault | None = None
    """Why it is passed over although it looks like a deciding column."""


def judge(item_type: ItemType, title: str, values: Iterable[str], today: date) -> Verdict:
    """Return what is made of a column that no field has, by its title and its different values.

    Parameters
    ----------
    item_type
        What the rows are.
    title
        The column's title.
    values
        The different texts in its cells, without the empty ones.
    today
        The day on which a membership counts as ended.

    Examples
    --------
    >>> judge(ItemType.ORGANISATION, "Statut adhésion", ["à jour", "résilié"], date(2026, 11, 30)).sense.name
    'MEMBERSHIP'
    >>> judge(ItemType.ORGANISATION, "Consentement", ["peut-être"], date(2026, 11, 30)).stop.en
    "the value 'peut-être' is not clear"
    """
    found = list(values)
    if not found:
        return Verdict()
    if item_type is ItemType.OPPORTUNITY and decides(item_type, title):
        return Verdict(stop=_unread_date(found[0]))
    if item_type is not ItemType.ORGANISATION:
        return Verdict()
    sense = sense_of(title)
    if sense is Sense.UNTIL:  # a tick is no day
        found = [value for value in found if not is_tick(value)]
    return _judge_by_values(title, found) if sense is None else _judge_sense(sense, title, found, today)


def _judge_sense(sense: Sense, title: str, values: list[str], today: date) -> Verdict:
    key = fold_words(title)
    if sense in (Sense.CONSENT, Sense.OPPOSITION) and _CHANNEL.search(key):
        return Verdict(aside=_ONLY_A_CHANNEL)
    unclear = [value for value in values if not _is_clear(sense, title, value, today)]
    if not unclear:
        return Verdict(sense=sense)
    if sense is Sense.MEMBERSHIP and key in _VAGUE and len(unclear) == len(values):
        return Verdict()  # a column 'Statut' of legal forms, say
    return Verdict(stop=_unclear(unclear[0]))


_VAGUE = ("statut", "status", "etat", "position", "adherent", "adherente", "active", "actif")
_ONLY_A_CHANNEL = Fault(
    "ne concerne qu'un moyen de contact (e-mail, téléphone), pas les recommandations",
    "is about a channel only (e-mail, telephone), not about recommendations",
)


def _unclear(value: str) -> Fault:
    return Fault(
        f"la valeur « {value} » n'est pas claire",
        f"the value '{value}' is not clear",
    )


def _unread_date(value: str) -> Fault:
    return Fault(
        f"« {value} » dit peut-être quand l'appel est ouvert",
        f"'{value}' may say when the call is open",
    )


def _judge_by_values(title: str, values: list[str]) -> Verdict:
    """Stop at a column whose title has a stem of deciding ones, if a cell holds a yes, a no or a status."""
    if not _STEM.search(fold_words(title)) or _CHANNEL.search(fold_words(title)):
        return Verdict()
    for value in values:
        if _yes_or_no(value) is not None or fold_words(value) in _ENDED | _ACTIVE:
            return Verdict(stop=_unclear(value))
    return Verdict()


def sense_of(title: str) -> Sense | None:
    """Return what a column of organisations says by its title alone, None when it is not clear.

    >>> sense_of("Accepte les mises en relation"), sense_of("Ne pas diffuser"), sense_of("Adresse")
    (<Sense.CONSENT: '_consent'>, <Sense.OPPOSITION: '_opposition'>, None)
    """
    key = fold_words(title)
    if _TWICE_NO.search(key):
        return None
    if _UNTIL.search(key):
        return Sense.UNTIL
    if _OPPOSITION.search(key):
        return Sense.OPPOSITION
    if _CONSENT.search(key):
        return Sense.OPPOSITION if _NO.search(key) else Sense.CONSENT
    if _LEFT.search(key):
        return Sense.LEFT
    return Sense.MEMBERSHIP if _MEMBERSHIP.search(key) else None


def read_sense(sense: Sense, title: str, text: str, today: date) -> bool | None:
    """Say whether a cell keeps the organisation from being recommended: True, False, or None (says nothing).

    Only consent and opposition can say False, which takes an opposition back; a valid membership cannot.
    BadCell when the text is not clear.
    """
    words = fold_words(text)
    if sense is Sense.MEMBERSHIP and _CODED.search(fold_words(title)) and words in _CODES:
        return _CODES[words] or None
    if words in _ENDED:
        return True
    if words in _ACTIVE:
        return False if sense is Sense.CONSENT else None
    said = None if sense is Sense.UNTIL else _yes_or_no(text)
    return _read_day(sense, text, today) if said is None else _read_answer(sense, said)


def _read_answer(sense: Sense, said: bool) -> bool | None:
    if said is (sense not in (Sense.CONSENT, Sense.MEMBERSHIP)):
        return True
    return False if sense in (Sense.CONSENT, Sense.OPPOSITION) else None


def _read_day(sense: Sense, text: str, today: date) -> bool | None:
    """Read the day on which a membership ends, or on which an organisation left or opposed."""
    if sense in (Sense.CONSENT, Sense.MEMBERSHIP):
        raise BadCell("valeur peu claire", "not clear")
    day = instant(text).date()
    if sense is Sense.UNTIL:
        return day < today or None
    if day > today:
        raise BadCell("date à venir", "date to come")
    return True


def _is_clear(sense: Sense, title: str, text: str, today: date) -> bool:
    try:
        read_sense(sense, title, text, today)
    except BadCell:
        return False
    return True


def _yes_or_no(text: str) -> bool | None:
    try:
        return boolean(text)
    except BadCell:
        return None


def decides(item_type: ItemType, title: str) -> bool:
    """Say whether a column of this title may decide whether an item of this type may be recommended.

    >>> decides(ItemType.OPPORTUNITY, "Date du salon"), decides(ItemType.OPPORTUNITY, "Date de création")
    (True, False)
    """
    key = fold_words(title)
    if item_type is ItemType.ORGANISATION:
        return sense_of(title) is not None
    dated = _WINDOW.search(key) or (_DAY.search(key) and not _ABOUT_THE_RECORD.search(key))
    return item_type is ItemType.OPPORTUNITY and bool(dated)
