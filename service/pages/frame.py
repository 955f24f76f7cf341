"""What surrounds every page: language, menu, who is signed in, and the sentence after an act."""

from dataclasses import dataclass, replace
from typing import ClassVar
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import HTMLResponse, RedirectResponse

from matcher.people import Permission
from service.http.access import Caller
from service.pages.environment import environment, translate
from service.pages.text import mark
from service.words import Language

LANGUAGE_COOKIE = "matcher-lang"
YEAR_S = 365 * 24 * 3600
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
        "frame-ancestors 'none'"
    ),
    # Not no-referrer: browsers then send "Origin: null" with forms, and the check of their origin would fail.
    "Referrer-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}
"""Headers of every page: no script runs, only our own style and images load, forms go nowhere else."""

SAID: dict[str, str] = {
    "joined": mark("C'est noté : vous rejoignez cette factory. L'équipe vous dira la suite."),
    "interested": mark("C'est noté : cela vous intéresse."),
    "not_for_me": mark("Mis de côté : ce ne sera plus proposé."),
    "already_met": mark("C'est noté : vous vous connaissez déjà."),
    "signed_out": mark("La session est terminée sur ce navigateur."),
    "undone": mark("Annulé."),
    "shortlist_made": mark("La sélection est faite et gardée."),
    "decided": mark("Décision gardée : la personne en est prévenue par courriel."),
    "asked_to_meet": mark("Demande transmise à l'équipe du cluster, qui la relit avant tout envoi."),
    "yes": mark("Merci. C'est oui : vous serez prévenus de la suite."),
    "not_now": mark("C'est noté : la question reviendra plus tard."),
    "no": mark("C'est noté : vous ne serez plus interrogés à ce sujet."),
    "withdraw": mark("Votre demande est retirée."),
    "schedule": mark("L'invitation part à vous deux par courriel."),
    "cancel_meeting": mark("Rencontre annulée : vous en êtes tous deux prévenus par courriel."),
    "search_saved": mark("Recherche enregistrée : les appels qui y répondent viendront par courriel."),
    "search_removed": mark("Recherche supprimée."),
    "need_saved": mark("Le besoin est enregistré."),
    "need_closed": mark("Le besoin est fermé."),
    "calendar_made": mark("L'adresse de votre agenda est prête."),
    "calendar_ended": mark("L'ancienne adresse de votre agenda ne mène plus à rien."),
    "outcome": mark("Merci, c'est noté."),
    "record_kept": mark("La fiche est enregistrée : les propositions en tiennent compte."),
    "record_same": mark("Rien n'a changé."),
    "imported": mark("L'import est fait."),
    "import_undone": mark("L'import est annulé : les fiches sont comme avant."),
    "import_undone_already": mark("Cet import était déjà annulé : rien n'a changé."),
    "import_undone_but": mark("L'import est annulé, sauf les fiches changées depuis : elles restent."),
    "plan_started": mark("Le calcul du plan commence."),
    "alerts_due": mark("C'est noté : les membres choisis le liront dans leur prochain courriel."),
    "some_alerts_due": mark("C'est noté, sauf pour les membres dont la situation a changé entre-temps."),
    "alerts_withdrawn": mark("Retiré : qui n'était pas encore prévenu ne le sera pas."),
    "event_changed": mark("Les tours qui restaient sont refaits."),
    "event_dropped": mark("L'événement et sa liste de personnes sont effacés."),
    "merged": mark("Les deux fiches n'en font plus qu'une."),
    "person_added": mark("La personne est ajoutée."),
    "person_disabled": mark("Cette personne ne peut plus se connecter."),
    "person_enabled": mark("Cette personne est réactivée."),
    "key_revoked": mark("Cette clé n'ouvre plus rien."),
    "wished": mark("Votre disponibilité est enregistrée."),
    "staff_approve": mark(
        "Approuvé. Chaque demande part dans les minutes qui suivent, ou dès que l'organisation peut en"
        " recevoir une. Vous la retrouverez sous « Réponse attendue »."
    ),
    "staff_refuse": mark("Refusé : rien ne sera envoyé."),
    "staff_postpone": mark(
        "Remis à plus tard : rien n'est envoyé, et la paire revient dans « À approuver » au jour choisi."
    ),
    "word_kept": mark("Le mot est gardé : il partira avec la demande."),
    "word_removed": mark("Le mot est retiré : il n'est plus gardé."),
    "some_changed": mark("Certaines avaient changé entre-temps et restent à décider ; le reste est fait."),
    "none_chosen": mark("Rien n'était coché : rien n'a été fait."),
    "no_plan": mark("Il n'y a pas encore de plan : faites-le sur la page Propositions."),
    "candidate_kept": mark("C'est enregistré."),
    "candidate_paused": mark("Votre profil est en pause : personne ne le voit."),
    "candidate_resumed": mark("Votre profil est de nouveau visible."),
    "candidates_on": mark("Le vivier de profils est ouvert."),
    "candidates_off": mark("Le vivier de profils est fermé."),
    "planned": mark("Ajouté depuis le plan : à relire avant tout envoi."),
}
"""Sentences shown once after an act, by the code in the address: an address cannot bring words of its own."""


@dataclass(frozen=True, slots=True)
class MenuEntry:
    """One link of the main menu."""

    path: str
    label: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What the base template shows around a page.

    ``section`` is the path of the menu entry the page belongs to; ``name`` is that of the signed-in person,
    "" for none; ``said`` is what the last act did.
    """

    lang: Language
    path: str
    section: str = ""
    name: str = ""
    menu: tuple[MenuEntry, ...] = ()
    demonstration: bool = False
    said: str = ""


class Page:
    """What a template is given as ``page``; subclasses are frozen dataclasses, one a page."""

    __slots__ = ()
    template: ClassVar[str]


def language_of(request: Request) -> Language:
    """Return the language the visitor chose; French where none was."""
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    return "en" if chosen == "en" else "fr"


def show(request: Request, page: Page, *, section: str = "", status: int = 200) -> HTMLResponse:
    """Return a page in the visitor's language."""
    frame = _frame(request, section)
    template = environment(frame.lang).get_template(page.template)
    zone = request.app.state.settings.zone
    return HTMLResponse(template.render(page=page, frame=frame, zone=zone), status, HEADERS)


def back_to(path: str, said: str = "", anchor: str = "") -> RedirectResponse:
    """Send the browser to ``path`` after an act, so that reloading does not repeat it."""
    mark = "&" if "?" in path else "?"
    query = f"{mark}fait={said}" if said else ""
    return RedirectResponse(
        f"{path}{query}{'#' + anchor if anchor else ''}", 303, {"Cache-Control": "no-store"}
    )


def _frame(request: Request, section: str) -> Frame:
    lang = language_of(request)
    said = SAID.get(request.query_params.get("fait", ""), "")
    caller: Caller | None = getattr(request.state, "caller", None)
    return Frame(
        lang=lang,
        path=_own_address(request),
        section=section,
        name=caller.person.name if caller and caller.person else "",
        menu=_menu(caller, lang) if caller else (),
        demonstration=request.app.state.settings.demonstration,
        said=translate(said, lang) if said else "",
    )


@dataclass(frozen=True, slots=True)
class MenuRule:
    """Who sees a link of the menu: people with a permission, or ``own``, who speak for an organisation."""

    entry: MenuEntry
    needs: Permission | None = None
    own: bool = False


MENU = (
    MenuRule(MenuEntry("/a-traiter", mark("À traiter"), "inbox"), Permission.MANAGE_INTRODUCTIONS),
    MenuRule(MenuEntry("/propositions", mark("Propositions"), "handshake"), Permission.SEE_PLAN),
    MenuRule(MenuEntry("/alertes", mark("Alertes"), "globe"), Permission.SEND_ALERTS),
    MenuRule(MenuEntry("/evenement", mark("Événement"), "users"), Permission.MANAGE_INTRODUCTIONS),
    MenuRule(MenuEntry("/importer", mark("Importer"), "upload"), Permission.WRITE_CATALOGUE),
    MenuRule(MenuEntry("/chiffres", mark("Chiffres"), "list-checks"), Permission.MANAGE_INTRODUCTIONS),
    MenuRule(MenuEntry("/pour-moi", mark("Pour moi"), "star"), own=True),
    MenuRule(MenuEntry("/mes-mises-en-relation", mark("Mes mises en relation"), "handshake"), own=True),
    MenuRule(MenuEntry("/ma-fiche", mark("Ma fiche"), "pencil"), own=True),
    MenuRule(MenuEntry("/agenda", mark("Agenda"), "calendar"), own=True),
    MenuRule(MenuEntry("/appels", mark("Appels ouverts"), "globe"), own=True),
    MenuRule(MenuEntry("/annuaire", mark("Annuaire"), "building-2"), Permission.READ_DIRECTORY),
    MenuRule(MenuEntry("/recruter", mark("Recruter"), "briefcase"), Permission.ASK),
    MenuRule(MenuEntry("/recruter/candidats", mark("Profils"), "users"), Permission.SEE_CANDIDATES),
    MenuRule(MenuEntry("/courriers", mark("Courriers"), "mail"), Permission.SEE_MAIL),
    MenuRule(MenuEntry("/administration", mark("Administration"), "settings"), Permission.MANAGE_PEOPLE),
)
"""The links of the main menu, in this order."""


def _menu(caller: Caller, lang: Language) -> tuple[MenuEntry, ...]:
    """Return the pages that the caller may open; a visitor may open the directory alone, if anything."""
    return tuple(
        replace(rule.entry, label=translate(rule.entry.label, lang)) for rule in MENU if _stands(rule, caller)
    )


def _stands(rule: MenuRule, caller: Caller) -> bool:
    if rule.own:
        return bool(caller.organisations)
    if rule.needs is None or not caller.may(rule.needs):
        return False
    return caller.person is not None or rule.needs is Permission.READ_DIRECTORY


def _own_address(request: Request) -> str:
    """Return path and query of a page that was read, to come back to; the start page for any other method."""
    if request.method != "GET":
        return "/"
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "fait"]
    return f"{request.url.path}?{urlencode(query)}" if query else request.url.path
