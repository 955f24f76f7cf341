"""Every journey with the keyboard alone: what is reached by Tab is seen, and Enter or Space does it."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from matcher.domain import Opportunity
from matcher.introductions import Actor, Party
from matcher.people import Person
from tests.pages.browsers import LOOKS, REAL_BROWSER, Site, visit
from tests.pages.signing_in import ADMIN, HR, MEMBER, STAFF

pytestmark = REAL_BROWSER
LOOK = LOOKS[3]
OWN = "/organisations/ORG001"
MOST_TABS = 120
MOST_LOOKS = 50
CALL = Opportunity(
    id="INT900",
    name="Mission cartographie en Espagne",
    description="Rencontrer des collectivités qui cherchent des applications de cartographie.",
    themes=("cartographie", "données", "Python"),
    availability="standing",
)
_FOCUSED = """() => {
  const one = document.activeElement, box = one.getBoundingClientRect(), look = getComputedStyle(one);
  const labels = [...(one.labels ?? [])].map(label => label.innerText);
  const words = labels.concat(one.getAttribute("aria-label"), one.innerText);
  return {
    name: words.filter(Boolean).join(" ").replace(/\\s+/g, " ").trim(),
    tag: one.tagName,
    seen: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
    outlined: look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 2,
  };
}"""


class Keyboard:
    """A person who has no pointer."""

    def __init__(self, page: Page) -> None:
        self.page = page
        page.emulate_media(
            reduced_motion="reduce"
        )  # no smooth scrolling: what has the focus is there at once

    def go_to(self, name: str) -> None:
        """Press Tab until what has the focus bears a name; it must be on the screen and outlined."""
        reached = []
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate(_FOCUSED)
            if focused["tag"] == "BODY":
                continue
            assert focused["seen"], f"{focused} has the focus and is not on the screen"
            assert focused["outlined"], f"{focused} has the focus and does not show it"
            reached.append(focused["name"])
            if focused["name"].startswith(name):
                return
        raise AssertionError(f"Tab does not reach {name!r}, only {reached}")

    def press(self, name: str) -> None:
        """Go to a link or button, press Enter and wait for the page it leads to."""
        self.go_to(name)
        with self.page.expect_navigation():
            self.page.keyboard.press("Enter")

    def unfold(self, name: str) -> None:
        """Go to what is folded and press Enter."""
        self.go_to(name)
        self.page.keyboard.press("Enter")

    def tick(self, name: str) -> None:
        """Go to a box and press Space."""
        self.go_to(name)
        self.page.keyboard.press("Space")

    def fill(self, name: str, text: str) -> None:
        """Go to a field and type."""
        self.go_to(name)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def choose_file(self, name: str, file: Path) -> None:
        """Go to the field of a file, open the dialogue with Space and choose."""
        self.go_to(name)
        with self.page.expect_file_chooser() as chooser:
            self.page.keyboard.press("Space")
        chooser.value.set_files(file)


def dismiss_and_undo(keys: Keyboard) -> None:
    keys.unfold("Pas pour moi")
    keys.press("Pas le temps")
    keys.page.get_by_role("status").get_by_text("Mis de côté").wait_for()
    keys.press("Annuler ma dernière réponse")


def change_the_record(keys: Keyboard) -> None:
    keys.fill("Ce que vous cherchez", "un partenaire en santé")
    keys.press("Voir l'effet")
    keys.press("Enregistrer")


def save_a_search(keys: Keyboard) -> None:
    keys.fill("Ce que vous cherchez, en quelques mots", "espace")
    keys.press("Enregistrer")


def set_capacity(keys: Keyboard) -> None:
    keys.fill("Demandes par mois", "2")
    keys.press("Enregistrer")


def erase_nothing(keys: Keyboard) -> None:
    keys.press("Effacer mes données")
    keys.tick("J'ai compris")
    keys.press("Ne rien effacer")


def find_in_the_directory(keys: Keyboard) -> None:
    keys.fill("Nom", "Makina")
    keys.page.keyboard.press("Enter")


def look_at_another_period(keys: Keyboard) -> None:
    keys.press("Voir")


def check_an_offer(keys: Keyboard) -> None:
    keys.fill("Le texte de l'offre", "Développeur jeune et dynamique, CDI à Nîmes.")
    keys.press("Relire")


def add_a_person(keys: Keyboard) -> None:
    keys.fill("Prénom et nom", "Zoé Blanc")
    keys.fill("Adresse", "zoe@example.org")
    keys.tick("équipe")
    keys.press("Ajouter")


def check_the_journal(keys: Keyboard) -> None:
    keys.press("Journal")
    keys.press("Vérifier maintenant")


Journey = Callable[[Keyboard], None]
JOURNEYS: list[tuple[Person, str, Journey, str]] = [
    (MEMBER, f"{OWN}/pour-moi", dismiss_and_undo, "Annulé."),
    (MEMBER, f"{OWN}/introductions", set_capacity, "Votre disponibilité est enregistrée."),
    (MEMBER, f"{OWN}/fiche", change_the_record, "La fiche est enregistrée"),
    (MEMBER, "/appels", save_a_search, "Recherche enregistrée"),
    (MEMBER, "/mes-donnees", erase_nothing, "Tout ce que le service détient"),
    (STAFF, "/annuaire", find_in_the_directory, "Makina Corpus"),
    (STAFF, "/chiffres", look_at_another_period, "Qui est oublié"),
    (HR, "/recruter", check_an_offer, "jeune"),
    (ADMIN, "/administration", add_a_person, "La personne est ajoutée."),
    (ADMIN, "/administration/etat", check_the_journal, "vérifié"),
]


@pytest.mark.parametrize(
    ("person", "path", "journey", "said"), JOURNEYS, ids=lambda one: getattr(one, "__name__", None)
)
def test_a_journey_needs_no_pointer(
    browser: Browser, site: Site, person: Person, path: str, journey: Journey, said: str
) -> None:
    with visit(browser, site.base, person, LOOK) as seen:
        seen.open(path)
        journey(Keyboard(seen.page))
        seen.page.get_by_text(said).first.wait_for()
        assert seen.complaints == []


def test_staff_approve_and_a_member_says_yes(browser: Browser, site: Site) -> None:
    pair, now = ("ORG001", "ORG002"), datetime.now(UTC)
    site.matcher.introductions.propose(pair, Actor(Party.STAFF, STAFF.id), now)
    with visit(browser, site.base, STAFF, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/a-traiter?panier=to_approve")
        keys.tick("Makina Corpus")
        keys.press("Approuver la sélection")
        seen.page.get_by_text("Approuvé.").wait_for()
    site.matcher.introduction_worker.due(datetime.now(UTC))
    with visit(browser, site.base, MEMBER, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/")
        keys.press("Mes mises en relation")
        keys.press("Oui, mettez-nous en relation")
        seen.page.get_by_text("Merci. C'est oui").wait_for()


def test_a_list_is_imported(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "membres.csv"
    file.write_text("Raison sociale;Ville\nAtelier Dix;Albi\n")
    with visit(browser, site.base, STAFF, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/importer")
        keys.choose_file("Le fichier", file)
        keys.press("Voir ce que ce fichier changerait")
        keys.press("Importer 1 fiche")
        seen.page.get_by_text("1 fiche nouvelle").wait_for()


def test_rounds_are_made_and_changed(browser: Browser, site: Site, tmp_path: Path) -> None:
    file = tmp_path / "inscrits.csv"
    file.write_text("nom;organisation\n" + "".join(f"Personne {n};Maison {n}\n" for n in range(1, 9)))
    with visit(browser, site.base, STAFF, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/evenement")
        keys.choose_file("Liste des participants", file)
        keys.press("Faire les tours")
        seen.page.get_by_role("heading", name="Tour 1").wait_for()
        keys.unfold("Qui est absent")
        keys.tick("Personne 1")
        keys.press("Refaire les tours qui restent")
        seen.page.get_by_text("Les tours qui restaient sont refaits.").wait_for()


def test_a_plan_is_made_and_its_pairs_are_proposed(browser: Browser, site: Site) -> None:
    with visit(browser, site.base, STAFF, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/propositions")
        keys.press("Faire le plan")
        seen.page.get_by_text("Le calcul du plan commence.").wait_for()
        for _ in range(MOST_LOOKS):
            if seen.page.get_by_role("heading", name="Le plan du").count():
                break
            seen.page.wait_for_timeout(200)
            seen.open("/propositions")
        keys.press("Proposer les dix meilleures")
        seen.page.get_by_text("Ajouté depuis le plan").wait_for()
        assert seen.complaints == []


def test_a_call_is_told_and_taken_back(browser: Browser, site: Site) -> None:
    site.matcher.store.items.put([CALL], source="test")
    site.matcher.index_now()
    with visit(browser, site.base, STAFF, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/alertes")
        keys.press(CALL.name)
        keys.press("Prévenir la sélection")
        seen.page.get_by_role("button", name="Retirer").wait_for()
        keys.press("Retirer")
        seen.page.get_by_role("status").wait_for()
        assert seen.complaints == []


def test_the_first_tab_skips_the_menu(browser: Browser, site: Site) -> None:
    with visit(browser, site.base, MEMBER, LOOK) as seen:
        keys = Keyboard(seen.page)
        seen.open("/mes-donnees")
        keys.press("Aller au contenu")
        seen.page.keyboard.press("Tab")
        assert seen.page.evaluate("document.activeElement.closest('main') !== null")
