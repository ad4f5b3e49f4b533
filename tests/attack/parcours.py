"""Everything a reader can be sent: pages, callbacks, API, files, refusals, one answer at a time.

What is walked is what the reader is offered (`/api/v1/lieux`, `/api/v1/indicateurs`), as a browser
or a program would: nothing here knows the project from inside. Sizes and timings of the answers
are outside of what these tests look at.
"""

from __future__ import annotations

import html
import io
import itertools
import json
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from flask.testing import FlaskClient

from dashboard.plan import PAGES
from data.catalogue import CHAPITRES

PROFILS = ("sexe", "age", "classe", "anciennete")
TIRES = rb'\b[0-9a-f]{64}\b|(?<=data-diapo=")[0-9a-f]{8}(?=")'
"""What is drawn at random in a page."""
GENRES_DE_LIEU = ("territoire", "association", "college", "reseau", "poste")
PAR = (*GENRES_DE_LIEU, "annee", "population", *PROFILS)
POPULATIONS = ("alses", "ps", "collegiens")
RAPPEL = "/_dash-update-component"
PUBLIQUES = ("/publications",)
"""Pages of published facts: the same for everyone, they ask nothing of the database."""

LIEUX_PAR_GENRE = 2
"""Places of a kind whose pages are looked at; every one of a reader whose perimeter is narrow."""

_CHANGEANT = re.compile(
    rb'"end_id":"[^"]*"|<dcterms:(?:created|modified)[^>]*>[^<]*</dcterms:(?:created|modified)>'
)

Paires = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Recu:
    """One answer. `sorte`: page, rappel, api, fichier; `paires`: what was asked of the API;
    `corps`: what can be read, workbooks unzipped; `brut`: as it was sent."""

    sorte: str
    demande: str
    statut: int
    corps: bytes
    entetes: tuple[tuple[str, str], ...] = field(default=(), compare=False)
    paires: Paires = ()
    brut: bytes = field(default=b"", compare=False)

    def json(self) -> Any:
        """The body, which is JSON."""
        return json.loads(self.corps)

    def texte(self) -> str:
        """All that can be read in it, whatever it was wrapped in: escapes undone, spaces plain."""
        brut = self.corps.decode("utf-8", "replace")
        if brut[:1] in "{[":
            brut = json.dumps(json.loads(brut), ensure_ascii=False).replace('\\"', '"')
        return html.unescape(brut).replace("\u00a0", " ").replace("\u202f", " ")


@dataclass(frozen=True)
class Etendue:
    """How much is walked: one question of the API and one view of a page in `pas`, beginning with
    `phase`; all of them by default. `complet`: every place, year and profile besides."""

    pas: int = 1
    phase: int = 0
    complet: bool = False

    def garder(self, suite: Iterable[Any]) -> Iterator[Any]:
        """Those that are walked."""
        return itertools.islice(suite, self.phase % self.pas, None, self.pas)


class Visiteur:
    """A reader of a server, who looks at everything.

    `point_de_vue`: chosen first, on demonstration data; otherwise who the client's cookie says.
    `chef`: a chef de service, whose every place is looked at.
    """

    def __init__(
        self,
        client: FlaskClient,
        point_de_vue: str = "",
        *,
        etendue: Etendue | None = None,
        chef: bool = False,
    ) -> None:
        self.client = client
        self.etendue = etendue or Etendue()
        self.restreint = chef or point_de_vue.startswith("chef")
        if point_de_vue:
            reponse = client.post("/point-de-vue", data={"point_de_vue": point_de_vue})
            assert reponse.status_code == 303, reponse.get_data(as_text=True)
        self.catalogue: list[dict[str, Any]] = self._lire("indicateurs")["indicateurs"]
        annees = self._lire("annees")
        self.annees: list[str] = annees["annees"]
        self.cumuls: list[str] = annees["cumuls"]
        self.lieux: dict[str, list[dict[str, str]]] = self._lire("lieux")
        self.rappels: list[dict[str, Any]] = json.loads(client.get("/_dash-dependencies").data)
        self.profils = self._lire_profils()

    def _lire(self, chemin: str) -> Any:
        reponse = self.client.get(f"/api/v1/{chemin}")
        assert reponse.status_code == 200, chemin
        return reponse.get_json()

    def _lire_profils(self) -> dict[str, list[str]]:
        """Codes of each profile filter, as the description of the API lists them."""
        document = self._lire("openapi.json")
        chemin = next(x for x in document["paths"] if x.endswith("/indicateurs/{id}"))
        connus: dict[str, list[str]] = {}
        for parametre in document["paths"][chemin]["get"]["parameters"]:
            schema = parametre.get("schema", {})
            if parametre.get("name") in PROFILS:
                connus[parametre["name"]] = schema.get("items", schema)["enum"]
        assert set(connus) == set(PROFILS)
        return connus

    # ---- one request

    def demander(self, chemin: str, *, sorte: str = "page") -> Recu:
        """GET an address."""
        reponse = self.client.get(chemin)
        return Recu(
            sorte, chemin, reponse.status_code, _deplier(reponse.data), tuple(reponse.headers)
        )

    def interroger(self, indicateur: str, paires: Iterable[tuple[str, str]]) -> Recu:
        """Ask the API."""
        paires = tuple(paires)
        chemin = f"/api/v1/indicateurs/{indicateur}?{urlencode(paires)}"
        format_ = dict(paires).get("format", "json")
        reponse = self.client.get(chemin)
        return Recu(
            "api" if format_ == "json" else "fichier",
            chemin,
            reponse.status_code,
            _deplier(reponse.data),
            tuple(reponse.headers),
            (("indicateur", indicateur), *paires),
            reponse.data,
        )

    def rappeler(self, sortie: str, valeurs: dict[str, Any]) -> Recu:
        """Call the callback that writes `sortie`, as the page does."""
        rappel = next(
            r
            for r in self.rappels
            if r["output"] == sortie or f"..{sortie}." in r["output"]
            if not r["clientside_function"]
        )
        sorties = [
            dict(zip(("id", "property"), x.rsplit(".", 1), strict=True))
            for x in rappel["output"].strip(".").split("...")
        ]
        corps: dict[str, Any] = {
            "output": rappel["output"],
            "outputs": sorties if rappel["output"].startswith("..") else sorties[0],
            "changedPropIds": ["adresse.search"],
        }
        for genre in ("inputs", "state"):
            corps[genre] = [
                {**e, "value": valeurs.get(f"{e['id']}.{e['property']}")} for e in rappel[genre]
            ]
        reponse = self.client.post(RAPPEL, json=corps)
        demande = f"{sortie} {valeurs.get('adresse.pathname')}{valeurs.get('adresse.search')}"
        return Recu("rappel", demande, reponse.status_code, reponse.data, tuple(reponse.headers))

    def regarder(self, chemin: str, paires: Sequence[tuple[str, str]] = ()) -> Iterator[Recu]:
        """A page as a browser meets it: the page, what turns it, all its cards, folded or not."""
        requete = f"?{urlencode(paires)}" if paires else ""
        valeurs = {"adresse.pathname": chemin, "adresse.search": requete, "etroit.data": False}
        yield self.rappeler("barre.children", valeurs)
        chapitre = chemin.strip("/")
        cartes = [i["id"] for i in self.catalogue if i["chapitre"] == chapitre]
        if cartes:
            yield self.rappeler("dessinees.data", {**valeurs, "visibles.data": cartes})

    # ---- everything

    def parcourir(self) -> Iterator[Recu]:
        """All of it."""
        yield from self.lire_les_listes()
        yield from self.lire_les_pages()
        yield from self.lire_l_api()
        yield from self.lire_les_fichiers()
        yield from self.lire_ce_qui_est_a_part()
        yield from self.essuyer_des_refus()

    def lire_les_listes(self) -> Iterator[Recu]:
        """What the API says besides the answers, and the shell of the pages."""
        for nom in ("indicateurs", "annees", "livraisons", "openapi.json", "lieux"):
            yield self.demander(f"/api/v1/{nom}", sorte="api-liste")
        for annee in (*self.annees, *self.cumuls):
            yield self.demander(f"/api/v1/lieux?annee={annee}", sorte="api-liste")
        for chemin in ("/", "/_dash-layout", "/_dash-dependencies"):
            yield self.demander(chemin)

    def chemins(self) -> list[str]:
        """The pages."""
        return [p.chemin for p in PAGES if p.chemin not in PUBLIQUES]

    def _choisir(self, genre: str) -> list[dict[str, str]]:
        tous = self.lieux[genre]
        return tous if self.etendue.complet or self.restreint else tous[:LIEUX_PAR_GENRE]

    def vues(self) -> Iterator[Paires]:
        """What pages are looked at for: years, places, profiles, populations."""
        for annee in self.annees:
            yield (("annee", annee),)
        derniere = self.annees[-1]
        for genre in (*GENRES_DE_LIEU, "association_territoire"):
            for lieu in self._choisir(genre):
                ou: Paires = ((genre, lieu["code"]),)
                if genre == "association_territoire":
                    ou = (("association", lieu["association"]), ("territoire", lieu["territoire"]))
                yield (*ou, ("annee", derniere))
                if genre == "college":
                    yield from ((*ou, ("annee", cumul)) for cumul in self.cumuls)
                elif self.etendue.complet:
                    yield from ((*ou, ("annee", a)) for a in self.annees[:-1])
        for profil, codes in self.profils.items():
            yield ((profil, codes[0]),)
        yield (("sexe", self.profils["sexe"][0]), ("classe", self.profils["classe"][0]))
        yield (("population", "ps"),)
        yield (("vue", "tableau"),)
        yield tuple(("annee", a) for a in self.annees)

    def vues_propres(self) -> Iterator[tuple[str, Paires]]:
        """Pages with parameters of their own: places side by side, indicators crossed, followed
        over the years."""
        annee = ("annee", self.annees[-1])
        ids = [i["id"] for i in self.catalogue]
        for genre in ("territoire", "association", "college"):
            codes = [x["code"] for x in self.lieux[genre]]
            for debut in range(0, len(codes), 6):
                cote = tuple((genre, c) for c in codes[debut : debut + 6])
                for rang in range(0, len(ids), 8):
                    choisis = tuple(("indicateur", i) for i in ids[rang : rang + 8])
                    yield "/comparer", (*cote, annee, *choisis)
                yield "/comparer", (*cote, annee, ("repere", "comparables"), ("tri", "taux"))
                yield from (("/evolution", (*cote, ("indicateur", i))) for i in ids)
            croisables = [i["id"] for i in self.catalogue if i["croisable"]]
            lieux: list[Paires] = [(), *(((genre, c),) for c in codes if genre != "college")]
            for ou in lieux:
                yield from (
                    ("/explorer", (*ou, annee, ("indicateur", a), ("croiser", b)))
                    for a, b in itertools.permutations(croisables, 2)
                )

    def lire_les_pages(self) -> Iterator[Recu]:
        """Every page for every view, every card drawn."""
        toutes = itertools.chain(
            itertools.product(self.chemins(), self.vues()), self.vues_propres()
        )
        for chemin, vue in self.etendue.garder(toutes):
            yield from self.regarder(chemin, vue)

    def questions(self) -> Iterator[tuple[str, Paires]]:
        """Indicator and parameters: every split, kind of place, population, profile, crossing."""
        ans = tuple(("annee", a) for a in self.annees)
        ids = [i["id"] for i in self.catalogue]
        for rang, nom in enumerate(ids):
            yield nom, ans
            for par in PAR:
                yield nom, (*(() if par == "annee" else ans), ("par", par))
            yield nom, (*(("annee", c) for c in self.cumuls), ("par", "college"))
            for genre in GENRES_DE_LIEU:
                lieux = tuple((genre, x["code"]) for x in self.lieux[genre])
                if not lieux:
                    continue
                autres = [p for p in PAR if p not in ("annee", genre)]
                pars = autres if self.etendue.complet else [autres[rang % len(autres)]]
                for par in pars:
                    # One place and year at a time where a whole list would be too many answers.
                    for a in ans if self.etendue.complet else ans[-1:]:
                        for paquet in _par_paquets(lieux, 60):
                            yield nom, (*paquet, a, ("par", par))
                for population in POPULATIONS:
                    for paquet in _par_paquets(lieux, 60):
                        yield nom, (*paquet, *ans[-1:], ("population", population))
            for x in self.lieux["association_territoire"]:
                ou = (("association", x["association"]), ("territoire", x["territoire"]))
                yield nom, (*ou, *ans)
            for un, autre in itertools.combinations(PROFILS, 2):
                if not self.etendue.complet and rang % 6:
                    continue
                codes = tuple((un, c) for c in self.profils[un])
                territoires = tuple(("territoire", x["code"]) for x in self.lieux["territoire"])
                yield nom, (*codes, *ans[-1:], ("par", autre))
                yield nom, (*codes[:2], *territoires, *ans[-1:], ("par", autre))
        croisables = [i["id"] for i in self.catalogue if i["croisable"]]
        for rang, (un, autre) in enumerate(itertools.permutations(croisables, 2)):
            if self.etendue.complet or rang % 5 == 0:
                for par in ("territoire", "association", "annee"):
                    yield un, (("croiser", autre), ("par", par))

    def lire_l_api(self) -> Iterator[Recu]:
        """Every question, as JSON."""
        for nom, paires in self.etendue.garder(self.questions()):
            yield self.interroger(nom, paires)

    def lire_les_fichiers(self) -> Iterator[Recu]:
        """Every indicator as files, of several places and years; workbooks are unzipped."""
        ans = tuple(("annee", a) for a in self.annees)
        for rang, ind in self.etendue.garder(enumerate(self.catalogue)):
            for par in ("territoire", "association", "college"):
                yield self.interroger(ind["id"], (*ans, ("par", par), ("format", "csv")))
                if self.etendue.complet or (par == "association" and rang % 4 == 0):
                    yield self.interroger(ind["id"], (*ans[-1:], ("par", par), ("format", "xlsx")))

    def lire_ce_qui_est_a_part(self) -> Iterator[Recu]:
        """What is written apart from Dash: the report, the workbooks of the chapters, where
        presentations are made, the sheet of a collège."""
        for chemin in ("/presentations", "/presentations/reunion", "/traces", "/fichiers"):
            yield self.ouvrir(chemin)
        ids = [i["id"] for i in self.catalogue]
        for rang, vue in enumerate(self.etendue.garder(self.vues())):
            requete = urlencode([(n, v) for n, v in vue if n not in PROFILS])
            yield self.ouvrir(f"/rapport?{requete}")
            chapitre = list(CHAPITRES)[rang % len(CHAPITRES)]
            yield self.demander(f"/{chapitre}.xlsx?{urlencode(vue)}", sorte="classeur")
            choisi = urlencode([("indicateur", ids[rang % len(ids)]), *vue])
            yield self.ouvrir(f"/presentations/ajouter?{choisi}")
        for college in self._choisir("college"):
            ou = urlencode([("college", college["code"]), ("annee", self.annees[-1])])
            yield self.ouvrir(f"/presentations/a4?{ou}")

    def ouvrir(self, chemin: str) -> Recu:
        """GET a page that holds forms; the tokens of these are drawn for each caller, as is the
        name of a slide that is not kept."""
        recu = self.demander(chemin)
        return replace(recu, corps=re.sub(TIRES, b"", recu.corps))

    def essuyer_des_refus(self) -> Iterator[Recu]:
        """What is refused, and how."""
        mauvaises: tuple[Paires, ...] = (
            (("college", "nulle-part"),),
            (("territoire", "atlantide"),),
            (("association", "personne"),),
            (("association", "personne"), ("college", "nulle-part")),
            (("annee", "1789-1790"),),
            (("truc", "1"),),
            (("par", "rue"),),
            (("croiser", "rien"),),
            (("reseau", "rep"), ("territoire", "nulle-part")),
        )
        for paires in mauvaises:
            for format_ in ("json", "csv", "xlsx"):
                yield self.interroger("sexe", (*paires, ("format", format_)))
            yield from self.regarder("/situations", paires)
        yield self.interroger("rien", ())
        for chemin in ("/api/v1/", "/api/v1/rien", "/assets/rien", "/nulle-part"):
            yield self.demander(chemin)
        yield from self.regarder("/nulle-part")
        for methode in ("put", "delete", "patch"):
            reponse = getattr(self.client, methode)("/api/v1/lieux")
            yield Recu("refus", methode, reponse.status_code, reponse.data)
        reponse = self.client.post(RAPPEL, json={"output": "x"})
        yield Recu("refus", "rappel", reponse.status_code, reponse.data)


def _par_paquets(paires: Paires, combien: int) -> Iterator[Paires]:
    for debut in range(0, len(paires), combien):
        yield paires[debut : debut + combien]


def _deplier(corps: bytes) -> bytes:
    """All the files of a workbook one after the other, anything else as it is: but for the number
    that Dash draws for each page it gives, and the hour at which a workbook was made."""
    if corps.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(corps)) as fichiers:
            corps = b"\n".join(fichiers.read(nom) for nom in sorted(fichiers.namelist()))
    return _CHANGEANT.sub(b"", corps)
