"""Words for the entries of the audit: what was done, and what kind of thing it was done to."""

from matcher.audit import Of
from service.pages.staff.pair import ACTS as OF_INTRODUCTIONS
from service.pages.text import mark

ACTS: dict[str, str] = {
    "subject.view": mark("fiche consultée"),
    "subject.change": mark("fiche modifiée"),
    "subject.rectify": mark("ancien texte effacé"),
    "subject.erase": mark("fiche effacée"),
    "subject.export": mark("copie des données prise"),
    "suppression.lift": mark("interdiction de réimporter levée"),
    "contact.open": mark("coordonnées ouvertes"),
    "people.list": mark("liste des personnes consultée"),
    "organisations.list": mark("liste des organisations consultée"),
    "person.add": mark("personne ajoutée"),
    "person.change": mark("personne modifiée"),
    "person.disabled": mark("personne désactivée"),
    "person.enabled": mark("personne réactivée"),
    "person.objected": mark("courriels arrêtés"),
    "person.agreed": mark("courriels rétablis"),
    "person.erase": mark("personne effacée"),
    "alert.send": mark("appel signalé"),
    "alert.withdraw": mark("appel retiré des courriels"),
    "alert.stop": mark("alertes arrêtées"),
    "plan.make": mark("plan calculé"),
    "report.export": mark("rapport emporté"),
    "facts.import": mark("faits sur les employeurs importés"),
    "backup.make": mark("sauvegarde faite"),
    "backup.restore": mark("sauvegarde restaurée"),
    "audit.resume": mark("journal repris après restauration"),
    "candidates.enable": mark("vivier ouvert"),
    "candidates.disable": mark("vivier fermé"),
    "candidates.sample": mark("profils inventés chargés ou retirés"),
    "candidate.enter": mark("profil entré"),
    "candidate.open": mark("contact d'un profil ouvert"),
    "shortlist.make": mark("sélection faite"),
    "shortlist.keep": mark("décision : à rencontrer"),
    "shortlist.not_now": mark("décision : pas maintenant"),
    "shortlist.not_for_this_job": mark("décision : pas pour ce poste"),
    **{f"introduction.{act.value}": words for act, words in OF_INTRODUCTIONS.items()},
}
"""What an entry says, in French, by the code of its act."""

KINDS: dict[str, str] = {
    Of.PERSON: mark("personne"),
    Of.ORGANISATION: mark("organisation"),
    Of.INTRODUCTION: mark("mise en relation"),
    Of.PLAN: mark("plan"),
    Of.CALL: mark("appel"),
    Of.ERASURE: mark("effacement"),
    Of.REPORT: mark("rapport"),
    Of.BACKUP: mark("sauvegarde"),
    Of.GATE: mark("vivier"),
    Of.CANDIDATE: mark("profil"),
    Of.SHORTLIST: mark("sélection"),
}
"""What a reference names, by what is before its colon."""
