"""The command that lists what is open on a day: open."""

from rich import box
from rich.table import Table
from rich.text import Text

from matcher.build import open_matcher
from matcher.domain.items import ItemType, Opportunity
from matcher.settings import Settings
from service import dates
from service.cli.recommend import AnswerOptions
from service.cli.render.answer import day, last_day
from service.cli.render.console import results
from service.cli.render.phrases import word
from service.formats import items_json
from service.listing import open_opportunities


def run(settings: Settings, theme: str, near: str, options: AnswerOptions) -> None:
    """Print the opportunities open on a day, soonest deadline first."""
    at = dates.parse(options.on, settings.zone)
    with open_matcher(settings) as matcher:
        opportunities = matcher.store.items.all(ItemType.OPPORTUNITY)
        found = open_opportunities(
            opportunities, at, theme=theme, near=near, territory=matcher.knowledge.territory
        )
    shown = found[: options.count]
    if options.json:
        results().out(items_json(shown, indent=2), highlight=False)
        return
    title = f"{word('open', options.lang)}, {word('on', options.lang)} {day(at, options.lang, settings.zone)}"
    results().print(Text(f"\n{title}", "bold"))
    results().print(
        _table(shown, settings, options) if shown else Text(f"  {word('none', options.lang)}", "dim")
    )
    if len(found) > len(shown):
        more = word("more", options.lang).format(count=len(found) - len(shown))
        results().print(Text(f"  {more}", "dim"))


def _table(shown: list[Opportunity], settings: Settings, options: AnswerOptions) -> Table:
    table = Table(box=box.SIMPLE_HEAD, expand=True, padding=(0, 1), header_style="dim")
    table.add_column(word("deadline", options.lang), width=14)
    table.add_column(word("what", options.lang), ratio=60, overflow="fold")
    table.add_column(word("where", options.lang), ratio=20)
    for item in shown:
        until = word("standing", options.lang)
        if item.closes_at is not None:
            until = day(last_day(item.closes_at), options.lang, settings.zone)
        name = Text(item.name, "bold")
        if item.needs_confirmation:
            name.append(" ◇", "not bold yellow")
        name.append(f"\n{item.id}", "not bold dim")
        table.add_row(Text(until, "cyan"), name, item.country_region)
    return table
