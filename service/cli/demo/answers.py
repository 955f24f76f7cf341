"""The command that prepares everything and shows the answers for one organisation."""

from rich.text import Text

from matcher.build import open_matcher
from matcher.domain.items import ItemType, Kind
from matcher.settings import Settings
from service import dates
from service.cli.demo.catalogue import bring_up_to_date, prepare
from service.cli.recommend import AnswerOptions, show_answers
from service.cli.render import answer as render
from service.cli.render.console import results
from service.cli.render.phrases import NEXT_STEPS
from service.words import Language

KINDS = (Kind.FACTORY, Kind.PARTNER, Kind.INTERNATIONAL, Kind.LEAD)
SHOWN = 3


def run(settings: Settings, organisation: str, lang: Language) -> None:
    """Prepare the model, the store and the index where needed, then show every kind for one organisation."""
    prepare(settings)
    with open_matcher(settings) as matcher:
        bring_up_to_date(matcher)
        asker = matcher.resolve(organisation, ItemType.ORGANISATION)
        at = dates.parse(None, settings.zone)
        answers = [matcher.recommender.recommend(asker, kind, SHOWN, at) for kind in KINDS]
    results().print(render.item_head(asker))
    show_answers(answers, asker, AnswerOptions(lang=lang), settings.zone)
    _print_next_steps(asker.id, lang, settings)


def _print_next_steps(organisation_id: str, lang: Language, settings: Settings) -> None:
    title, steps = NEXT_STEPS[lang]
    console = results()
    console.print(Text(f"\n{title}", "bold"))
    facts = {"id": organisation_id, "host": settings.host, "port": settings.port}
    for command, purpose in steps:
        line = Text(f"  matcher {command.format(**facts)}", "cyan")
        console.print(line.append(f"\n      {purpose.format(**facts)}", "dim"))
