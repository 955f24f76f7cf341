"""What is said of an answer as a whole, in French and English."""

from matcher.domain.answers import Missing

CLOSED = Missing(
    code="closed",
    fr="Cette opportunité n'est pas ouverte à la date demandée : personne à alerter.",
    en="This opportunity is not open on the date asked: nobody to alert.",
)
OPTED_OUT = Missing(
    code="opted_out",
    fr="Cette organisation a demandé à ne pas figurer dans les recommandations.",
    en="This organisation asked to be left out of recommendations.",
)
PLANNED = Missing(
    code="planned",
    fr="Ordre du plan de mises en relation : chaque côté y gagne, personne n'est oublié.",
    en="Order of the plan of introductions: each side gains, nobody is forgotten.",
)
UNEXPLAINED = Missing(
    code="unexplained",
    fr="Moins de propositions que demandé : pour d'autres, rien dans les textes ne dit pourquoi.",
    en="Fewer proposals than asked for: for others, nothing in the texts says why.",
)
