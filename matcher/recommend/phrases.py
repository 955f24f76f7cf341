"""The sentences of an answer, in French and English.

Those of facts that meet are in ``data/reference/meets.csv``, that of the plan in ``matcher.market.order``.

Each value is a pair (French, English). In sentences of two sides ``{a}`` is what is quoted from the query,
``{b}`` what is quoted from the item, ``{query}`` and ``{item}`` are their names.
"""

from collections.abc import Sequence
from datetime import date

from matcher.domain.answers import Missing
from matcher.domain.items import Kind
from matcher.domain.participation import ParticipationRole

Phrase = tuple[str, str]

PAIR: dict[str, Phrase] = {
    "theme": (
        "Thèmes proches : « {a} » ({query}) et « {b} » ({item}).",
        "Related themes: “{a}” ({query}) and “{b}” ({item}).",
    ),
    "needs": (
        "{query} cherche « {a} » ; {item} propose « {b} ».",
        "{query} looks for “{a}”; {item} offers “{b}”.",
    ),
    "asked": (
        "{item} cherche « {b} » ; {query} propose « {a} ».",
        "{item} looks for “{b}”; {query} offers “{a}”.",
    ),
    "clients": (
        "{query} s'adresse au secteur « {a} » ; à rapprocher de « {b} » ({item}).",
        "{query} serves “{a}”; compare “{b}” ({item}).",
    ),
    "served": (
        "{item} s'adresse au secteur « {b} » ; à rapprocher de « {a} » ({query}).",
        "{item} serves “{b}”; compare “{a}” ({query}).",
    ),
    "axis": (
        "{query} cherche « {a} » ; {item} relève de l'axe « {b} ».",
        "{query} looks for “{a}”; {item} belongs to the axis “{b}”.",
    ),
    "market": (
        "Mêmes clients : « {a} » ({query}) et « {b} » ({item}).",
        "Same clients: “{a}” ({query}) and “{b}” ({item}).",
    ),
}
"""Of two labels, by signal."""

REQUEST: dict[str, Phrase] = {
    "needs": (
        "Demandé : « {a} » ; {item} propose « {b} ».",
        "Asked for: “{a}”; {item} offers “{b}”.",
    ),
    "axis": (
        "Demandé : « {a} » ; {item} relève de l'axe « {b} ».",
        "Asked for: “{a}”; {item} belongs to the axis “{b}”.",
    ),
}
"""Of a need that is a free text, by signal."""

SAME: dict[str, Phrase] = {
    "theme": ("Thème commun : « {a} ».", "Shared theme: “{a}”."),
    "market": ("Clients communs : « {a} ».", "Shared clients: “{a}”."),
    "clients": (
        "« {a} » : secteur visé par {query} et thème affiché par {item}.",
        "“{a}”: a sector served by {query} and a theme of {item}.",
    ),
    "served": (
        "« {b} » : secteur visé par {item} et thème affiché par {query}.",
        "“{b}”: a sector served by {item} and a theme of {query}.",
    ),
}
"""Where both labels are the same words, by signal."""

POSSIBLE: Phrase = (
    "Lien possible : « {a} » ({query}) et « {b} » ({item}).",
    "Possible link: “{a}” ({query}) and “{b}” ({item}).",
)
FAINT: Phrase = (
    "Pas de lien net ; au plus proche : « {a} » ({query}) et « {b} » ({item}).",
    "No clear link; closest: “{a}” ({query}) and “{b}” ({item}).",
)

ITEM_THEME_IN_QUERY: Phrase = (
    "« {b} » ({item}) figure en toutes lettres dans la description ({query}).",
    "“{b}” ({item}) stands word for word in the description ({query}).",
)
QUERY_THEME_IN_ITEM: Phrase = (
    "« {a} » ({query}) figure en toutes lettres dans la description ({item}).",
    "“{a}” ({query}) stands word for word in the description ({item}).",
)
PARTICIPATES: Phrase = (
    "Vous y participez : « {a} » ({query}), « {b} » ({item}).",
    "You take part in it: “{a}” ({query}), “{b}” ({item}).",
)
TAKES_PART_AS: dict[ParticipationRole, Phrase] = {
    ParticipationRole.MEMBER: (
        "Vous y participez{french} : « {b} ».",
        "You take part in it{english}: “{b}”.",
    ),
    ParticipationRole.HOST: (
        "Vous y participez comme hôte{french} : « {b} ».",
        "You take part in it as a host{english}: “{b}”.",
    ),
}
"""Of a participation that the cluster recorded, by role; ``{french}`` and ``{english}`` say since when."""
PEER: Phrase = (
    "{french}, dont l'activité ressemble à la vôtre, y participe.",
    "{english}, whose activity resembles yours, takes part in it.",
)
PEERS: Phrase = (
    "{french}, dont l'activité ressemble à la vôtre, y participent.",
    "{english}, whose activity resembles yours, take part in it.",
)
SAID: dict[str, Phrase] = {
    "joined": (
        "Vous avez indiqué y participer : « {b} ».",
        "You said that you take part in it: “{b}”.",
    ),
    "interested": (
        "Vous avez dit que « {b} » vous intéresse.",
        "You said that “{b}” interests you.",
    ),
    "accepted": (
        "Vous avez tous deux accepté la mise en relation : « {b} ».",
        "Both of you agreed to the introduction: “{b}”.",
    ),
}
"""What the asker said of an item, or what became of their introduction, by action."""
FACT: Phrase = (
    "{french} : « {a} » ({query}), « {b} » ({item}).",
    "{english}: “{a}” ({query}), “{b}” ({item}).",
)
SAME_CONCEPT: Phrase = (
    "Sujet commun : « {b} ».",
    "Shared subject: “{b}”.",
)
CONCEPT: Phrase = (
    "Même sujet : « {a} » ({query}) et « {b} » ({item}).",
    "Same subject: “{a}” ({query}) and “{b}” ({item}).",
)
QUERY_ECHO: Phrase = (
    "« {a} » ({query}) rejoint ce que décrit {item} : « {b} ».",
    "“{a}” ({query}) meets what {item} describes: “{b}”.",
)
ITEM_ECHO: Phrase = (
    "« {b} » ({item}) rejoint ce que décrit {query} : « {a} ».",
    "“{b}” ({item}) meets what {query} describes: “{a}”.",
)
SHARED_WORDS: Phrase = (
    "Mots communs aux deux textes : {french}.",
    "Words found in both texts: {english}.",
)
STAGE: Phrase = (
    "Conditions et taille se répondent : « {a} » ({query}), « {b} » ({item}).",
    "Conditions and size agree: “{a}” ({query}), “{b}” ({item}).",
)
OPENNESS: Phrase = (
    "Ouvert à tous les profils : « {b} » ; {query} : « {a} ».",
    "Open to every profile: “{b}”; {query}: “{a}”.",
)
SAME_TOWN: Phrase = ("Même ville : {a}.", "Same town: {a}.")
DISTANCE: Phrase = (
    "{km} km à vol d'oiseau entre {a} et {b}.",
    "{km} km as the crow flies between {a} and {b}.",
)
SAME_ANTENNA: Phrase = (
    "Site du cluster le plus proche des deux villes ({a}, {b}) : {antenna}.",
    "The cluster's nearest site from both towns ({a}, {b}): {antenna}.",
)
THE_REQUEST: Phrase = ("la demande", "the request")
"""Name of a side that has none."""

GAPS: dict[str, Phrase] = {
    "confirm_evidence": (
        "Fiche tirée en partie de connaissances générales : à faire confirmer par une personne.",
        "This record rests in part on background knowledge: have a person confirm it.",
    ),
    "inferred": (
        "Fiche de factory en partie déduite : à compléter par l'équipe.",
        "This factory's record is partly inferred: staff to complete it.",
    ),
    "no_theme": (
        "Aucun thème commun n'apparaît dans les mots-clés.",
        "No shared theme shows in the keywords.",
    ),
    "needs_unknown": (
        "Aucun besoin déclaré d'un côté au moins : demander ce que chacun cherche.",
        "At least one side has declared no need: ask what each is looking for.",
    ),
    "consortium": (
        "Il faut un groupement d'au moins {countries} pays : partenaires à trouver.",
        "A consortium of at least {countries} countries is required: partners to be found.",
    ),
    "dates_unconfirmed": ("Dates à vérifier à la source.", "Dates to be checked at the source."),
    "size_unknown": (
        "Taille de l'entreprise inconnue : vérifier la condition « {text} ».",
        "Company size unknown: check the condition “{text}”.",
    ),
    "reserved": ("Réservé à : {public}.", "Reserved for: {public_en}."),
    "no_next_date": ("Pas de prochaine date connue.", "No next date is known."),
}
"""What is missing beside an item, by code, in the order it is listed."""

NOTICES: dict[str, Phrase] = {
    "closed": (
        "Cette opportunité n'est pas ouverte à la date demandée : personne à alerter.",
        "This opportunity is not open on the date asked: nobody to alert.",
    ),
    "opted_out": (
        "Cette organisation a demandé à ne pas figurer dans les recommandations.",
        "This organisation asked to be left out of recommendations.",
    ),
    "degraded": (
        "Réponse de secours : la recherche complète est indisponible pour le moment ; seuls les mots en "
        "commun sont comparés.",
        "Stand-in answer: the full search is away for the moment; only words in common are compared.",
    ),
    "planned": (
        "Ordre du plan de mises en relation : chaque côté y gagne, personne n'est oublié.",
        "Order of the plan of introductions: each side gains, nobody is forgotten.",
    ),
    "nothing": (
        "Rien de net ne correspond. {french}",
        "Nothing clearly fits. {english}",
    ),
    "nothing_sure": (
        "Rien de sûr ne correspond : voyez ce qui est « moins sûr », avec ses raisons.",
        "Nothing is sure to fit: see what is “less sure”, with its reasons.",
    ),
    "nothing_else": (
        "Rien d'autre de net : la liste s'arrête là.",
        "Nothing else fits clearly: the list ends here.",
    ),
    "set_aside": (
        "Écartés d'après les retours enregistrés, qui peuvent être annulés : {count}.",
        "Set aside by recorded reactions, which can be undone: {count}.",
    ),
    "place_unknown": (
        "Lieu non pris en compte : « {text} » n'est pas sur la liste des communes, ou plusieurs portent ce "
        "nom.",
        "Place not taken into account: “{text}” is not on the list of towns, or several have this name.",
    ),
    "read_as": (
        "{french}. Entre guillemets, un mot est pris tel qu'il est écrit.",
        "{english}. A word between quotation marks is taken as it is written.",
    ),
    "exclusion": (
        "Écarté de la recherche : « {text} ». À vérifier pour chaque proposition.",
        "Left out of the search: “{text}”. Check it for each proposal.",
    ),
}
"""What is said of an answer as a whole, by code."""

READ_AS: Phrase = ("« {typed} » lu comme « {read} »", "“{typed}” read as “{read}”")

HELPS: dict[Kind, Phrase] = {
    Kind.FACTORY: (
        "Décrire plus précisément l'activité, ou dire ce que vous cherchez (financement, recrutement, "
        "clients, export), aiderait.",
        "A more precise description, or what you look for (funding, hiring, customers, export), would help.",
    ),
    Kind.PARTNER: (
        "Décrire plus précisément l'activité, le besoin ou le lieu aiderait.",
        "A more precise description of activity, need or place would help.",
    ),
    Kind.INTERNATIONAL: (
        "Dire que vous voulez exporter, vers quel pays, ou que vous cherchez des partenaires européens, "
        "aiderait.",
        "To say that you want to export, to which country, or look for European partners, would help.",
    ),
    Kind.LEAD: (
        "Dire quel métier vous cherchez, où, et si l'alternance ou un public vous intéresse, aiderait.",
        "To say which job you look for, where, and whether apprentices or a public matter, would help.",
    ),
    Kind.ALERT: (
        "Décrire plus précisément le thème et les conditions de l'opportunité aiderait.",
        "A more precise description of the opportunity's theme and conditions would help.",
    ),
}
"""What would help where nothing fits, by kind of question."""


def notice(code: str, **facts: str) -> Missing:
    """Return the notice of this code, with the facts its sentences name.

    >>> notice("closed").code
    'closed'
    """
    french, english = NOTICES[code]
    return Missing(code=code, fr=french.format(**facts), en=english.format(**facts))


def since(day: date) -> Phrase:
    """Say since when, to follow a verb.

    >>> since(date(2025, 3, 9))
    (' depuis le 09/03/2025', ' since 2025-03-09')
    """
    return f" depuis le {day:%d/%m/%Y}", f" since {day.isoformat()}"


def listed(names: Sequence[str]) -> Phrase:
    """List at least one name.

    >>> listed(["Koovea", "SMAG", "ITK"])
    ('Koovea, SMAG et ITK', 'Koovea, SMAG and ITK')
    """
    *first, last = names
    if not first:
        return last, last
    return f"{', '.join(first)} et {last}", f"{', '.join(first)} and {last}"
