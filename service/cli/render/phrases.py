"""The words and sentences of the command line, in French and English."""

from service.words import Language, Phrase, choose

WORDS: dict[str, Phrase] = {
    "factory": ("Factories à rejoindre", "Factories to join"),
    "partner": ("Partenaires à rencontrer", "Partners to meet"),
    "international": ("Appels et missions à l'international", "Calls and missions abroad"),
    "lead": ("Pistes de recrutement", "Hiring leads"),
    "alert": ("Membres à prévenir", "Members to tell"),
    "for": ("pour", "for"),
    "on": ("au", "on"),
    "what": ("Proposition", "Suggestion"),
    "chance": ("Chances", "Chance"),
    "score": ("Score", "Score"),
    "why": ("Pourquoi, et ce qui manque", "Why, and what is missing"),
    "closes": ("jusqu'au", "until"),
    "opens": ("dès le", "from"),
    "next": ("prochaine date :", "next date:"),
    "confirm": ("à confirmer", "to be confirmed"),
    "illustrative": ("besoins illustratifs", "illustrative needs"),
    "open": ("Ouvert", "Open"),
    "deadline": ("Échéance", "Deadline"),
    "where": ("Pays ou région", "Country or region"),
    "standing": ("permanent", "standing"),
    "more": ("… {count} de plus : -k pour en voir davantage", "… {count} more: -k to see them"),
    "none": ("Rien à proposer.", "Nothing to suggest."),
    "participates": ("vous y participez déjà", "you take part already"),
    "topical": ("Selon vos thèmes", "By your themes"),
    "for_all": ("Ouvert à toutes les entreprises", "Open to every company"),
    "weaker": ("Moins sûr", "Less certain"),
    "folded": (
        "Propositions moins sûres, non affichées : {count} (ajouter --all).",
        "Less certain suggestions, not shown: {count} (add --all).",
    ),
    "strength": ("force", "strength"),
    "legend_score": (
        "Chances : probabilité, de 0 à 1, que l'équipe du cluster juge la proposition clairement utile.",
        "Chance: probability, from 0 to 1, that the cluster's staff call the suggestion clearly useful.",
    ),
    "legend_uncalibrated": (
        "Score, de 0 à 1 : force de la correspondance ; il classe une liste et n'est pas une probabilité.",
        "Score, from 0 to 1: strength of the match; it orders one list and is not a probability.",
    ),
    "legend_note": (
        "· remarque : vraie, mais qui ne suffit pas à rapprocher.",
        "· remark: true, but no match by itself.",
    ),
    "legend_near": (
        "~ rien de net : ce que les deux textes ont de plus proche, à vérifier.",
        "~ nothing clear: what the two texts have nearest to one another, to be checked.",
    ),
    "legend_confirm": (
        "◇ à confirmer : la fiche repose en partie sur des connaissances générales, à valider avant toute "
        "mise en relation.",
        "◇ to be confirmed: the record rests in part on background knowledge; check before introducing.",
    ),
    "legend_illustrative": (
        "◆ besoins illustratifs : offres et besoins écrits pour l'exemple, non déclarés par l'organisation.",
        "◆ illustrative needs: offers and needs written as examples, not declared by the organisation.",
    ),
}
"""Words of answers and of item cards."""

PLAN: dict[str, Phrase] = {
    "progress": ("Préparation des mises en relation", "Planning introductions"),
    "expected": (
        "{matches:.0f} mises en relation attendues, voulues des deux côtés, pour {organisations} "
        "organisations "
        "({before:.0f} en suivant les scores seuls).",
        "{matches:.0f} introductions expected, wanted by both sides, for {organisations} organisations "
        "({before:.0f} by following the scores alone).",
    ),
    "kept": (
        "{kept} organisations en attendent au moins autant qu'avec les scores seuls ; {fewer} un peu moins.",
        "{kept} organisations expect at least as many as by the scores alone; {fewer} slightly fewer.",
    ),
    "order": (
        "Les listes gardent {kept:.0%} de ce que chacun préférerait pour soi seul.",
        "Lists keep {kept:.0%} of what each would prefer for itself alone.",
    ),
    "title": ("Qui est le moins proposé, qui l'est le plus", "Who is proposed least, who most"),
    "organisation": ("Organisation", "Organisation"),
    "seen": ("Proposée, moyenne = 100", "Proposed, mean = 100"),
    "matches": ("Mises en relation attendues", "Introductions expected"),
    "before": ("par scores seuls", "by scores alone"),
    "fewer": ("moins qu'avant", "fewer than before"),
    "hidden": ("trop peu proposée", "proposed too rarely"),
    "left_out": (
        "Organisations hors du plan : {count}, faute de texte à comparer ({some}). Décrire leur activité, "
        "leur expertise ou leurs besoins, puis relancer le plan.",
        "{count} organisations are not in the plan, having no text to match on ({some}). Describe "
        "their activity, "
        "expertise or needs, then plan anew.",
    ),
    "followed": (
        "Les propositions de partenaires suivent désormais ce plan ({version}).",
        "Partner recommendations follow this plan from now on ({version}).",
    ),
}
"""What ``matcher plan`` shows to staff."""

MONTHS = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}

NEXT_STEPS: dict[str, tuple[str, tuple[tuple[str, str], ...]]] = {
    "fr": (
        "Et maintenant (après « make demo », la commande est .venv/bin/matcher) :",
        (
            ("recommend {id} --kind partner -k 10 --explain", "davantage, avec le détail des scores"),
            ('search "partenaire cybersécurité pour un hôpital à Rodez" --kind partner', "texte libre"),
            ("show {id}", "la fiche complète"),
            ("import membres.xlsx", "vos propres membres (CSV, XLSX, JSON Lines)"),
            (
                "demo --serve",
                "les pages des membres et de l'équipe, avec quatre personnes fictives : http://127.0.0.1:{port}/",
            ),
            ("serve", "l'API, décrite sur http://{host}:{port}/docs"),
        ),
    ),
    "en": (
        "What next (after `make demo`, the command is .venv/bin/matcher):",
        (
            ("recommend {id} --kind partner -k 10 --explain", "more of them, scores in detail"),
            ('search "cybersecurity partner for a hospital in Rodez" --kind partner', "free text"),
            ("show {id}", "the whole record"),
            ("import members.xlsx", "your own members (CSV, XLSX, JSON Lines)"),
            (
                "demo --serve",
                "the pages of members and staff, with four made-up people: http://127.0.0.1:{port}/",
            ),
            ("serve", "the API, described at http://{host}:{port}/docs"),
        ),
    ),
}
"""Title, then command and purpose of each line that the demo ends with."""


def word(key: str, lang: Language) -> str:
    """Return a word of :data:`WORDS`."""
    return choose(WORDS[key], lang)
