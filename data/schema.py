"""Tables of the consolidated database, and how to open it.

Form tables keep coded values as the integer `rang` of `nomenclatures` (0 = not filled in) and
several-valued fields as a bit set, bit `rang - 1` (0 = not filled in), so that the union of a
year's interventions is a bitwise OR. `rang` is given once and never reused: a code added to a
list keeps every stored value readable.

`posees` is a bit set of the optional columns that some delivery brought for the row: bit i is
the i-th optional column of the form (`formulaires.FORMULAIRES`). It tells « question non posée »
from « non renseigné » (contract, confidentialité, Words).

Answers are stored apart: `reponses` (published numbers, for everyone entitled to ask) and
`reponses_exactes` (true counts, keyed by association so that a row can be withheld).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine

from data.catalogue import Valeur

TABLE_DES_REVISIONS = "alembic_version_base"
REVISION = "0005_temoins"
"""Last step of `data.migrations` (branch `base`): what `metadata` says."""

metadata = sa.MetaData()

nomenclatures = sa.Table(
    "nomenclatures",
    metadata,
    sa.Column("champ", sa.Text, primary_key=True),
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("libelle", sa.Text, nullable=False),
    sa.Column("groupe", sa.Text, nullable=False, default=""),
    sa.Column("ordre", sa.Integer, nullable=False),
    sa.Column("provenance", sa.Text, nullable=False, default=""),
    sa.Column("rang", sa.Integer, nullable=False, comment="stable position, 1 to 63"),
    sa.UniqueConstraint("champ", "rang"),
)

territoires = sa.Table(
    "territoires",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("nom", sa.Text, nullable=False),
)

associations = sa.Table(
    "associations",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("sigle", sa.Text, nullable=False, unique=True, comment="canonical, as first loaded"),
    sa.Column("nom", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False, unique=True, comment="code in URLs"),
)

colleges = sa.Table(
    "colleges",
    metadata,
    sa.Column("code", sa.Text, primary_key=True),
    sa.Column("nom", sa.Text, nullable=False),
    sa.Column("commune", sa.Text, nullable=False),
    sa.Column("territoire", sa.Text, sa.ForeignKey("territoires.code"), nullable=False),
    sa.Column("education_prioritaire", sa.Text, nullable=False, default="", comment="'' = hors"),
    sa.Column("latitude", sa.Float),
    sa.Column("longitude", sa.Float),
)

postes = sa.Table(
    "postes",
    metadata,
    sa.Column("college", sa.Text, sa.ForeignKey("colleges.code"), primary_key=True),
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), primary_key=True),
    sa.Column("debut", sa.Date, primary_key=True),
    sa.Column("plan_pauvrete", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("etp", sa.Float, nullable=False),
    sa.Column("fin", sa.Date),
)

conditions = sa.Table(
    "conditions",
    metadata,
    sa.Column("college", sa.Text, sa.ForeignKey("colleges.code"), primary_key=True),
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), primary_key=True),
    sa.Column("date", sa.Date, primary_key=True),
    sa.Column("anciennete_prevention", sa.Float),
    sa.Column("anciennete_alses", sa.Float),
    sa.Column("equipe_quartier", sa.Integer, nullable=False, default=0),
    sa.Column("convention", sa.Integer, nullable=False, default=0),
    sa.Column("projet_annuel", sa.Integer, nullable=False, default=0),
    sa.Column("local", sa.Integer, nullable=False, default=0),
    sa.Column("presentation", sa.Integer, nullable=False, default=0),
    sa.Column("posees", sa.Integer, nullable=False, default=0),
)

usagers = sa.Table(
    "usagers",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), nullable=False),
    sa.Column("usager", sa.Text, nullable=False, comment="pseudonym made by the association"),
    sa.Column("sexe", sa.Integer, nullable=False, default=0),
    sa.Column("naissance", sa.Integer),
    sa.Column("debut", sa.Date),
    sa.Column("territoire", sa.Text, sa.ForeignKey("territoires.code")),
    sa.Column("origine", sa.Integer, nullable=False, default=0),
    sa.Column("fonction_ecole", sa.Integer, nullable=False, default=0),
    sa.Column("demande", sa.Integer, nullable=False, default=0),
    sa.Column("demande_scolarite", sa.Integer, nullable=False, default=0),
    sa.Column("posees", sa.Integer, nullable=False, default=0),
    sa.UniqueConstraint("association", "usager"),
)

situations = sa.Table(
    "situations",
    metadata,
    sa.Column("usager", sa.Integer, sa.ForeignKey("usagers.id"), primary_key=True),
    sa.Column("date", sa.Date, primary_key=True),
    sa.Column("college", sa.Text, sa.ForeignKey("colleges.code")),
    sa.Column("classe", sa.Integer, nullable=False, default=0),
    sa.Column("hebergement", sa.Integer, nullable=False, default=0),
    sa.Column("configuration", sa.Integer, nullable=False, default=0),
    sa.Column("mesures", sa.BigInteger, nullable=False, default=0),
    sa.Column("aides", sa.BigInteger, nullable=False, default=0),
    sa.Column("ressources", sa.BigInteger, nullable=False, default=0),
    sa.Column("posees", sa.Integer, nullable=False, default=0),
    sqlite_with_rowid=False,
)

interventions = sa.Table(
    "interventions",
    metadata,
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), primary_key=True),
    sa.Column("intervention", sa.Text, primary_key=True),
    sa.Column("usager", sa.Integer, sa.ForeignKey("usagers.id"), nullable=False),
    sa.Column("date", sa.Date, nullable=False),
    sa.Column("annee", sa.Integer, nullable=False, comment="first year of the school year"),
    sa.Column("acteur", sa.Integer, nullable=False),
    sa.Column("present", sa.Integer, nullable=False, default=0),
    sa.Column("lieu", sa.Integer, nullable=False, default=0),
    sa.Column("objectifs", sa.BigInteger, nullable=False, default=0),
    sa.Column("modalites", sa.BigInteger, nullable=False, default=0),
    sa.Column("famille", sa.BigInteger, nullable=False, default=0),
    sa.Column("objectifs_famille", sa.BigInteger, nullable=False, default=0),
    sa.Column("partenaires_territoire", sa.BigInteger, nullable=False, default=0),
    sa.Column("partenaires_hors", sa.BigInteger, nullable=False, default=0),
    sa.Column("posees", sa.Integer, nullable=False, default=0),
    sqlite_with_rowid=False,
)

actions = sa.Table(
    "actions",
    metadata,
    sa.Column("forme", sa.Text, primary_key=True, comment="ponctuelle or projet"),
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("projet", sa.Text),
    sa.Column("debut", sa.Date, nullable=False, comment="its date, when ponctuelle"),
    sa.Column("fin", sa.Date),
    sa.Column("annee", sa.Integer, nullable=False, comment="first year of the school year"),
    sa.Column("college", sa.Text, sa.ForeignKey("colleges.code")),
    sa.Column("lieu_action", sa.Integer, nullable=False, default=0),
    sa.Column("type", sa.Integer, nullable=False, default=0),
    sa.Column("thematique", sa.Integer, nullable=False, default=0),
    sa.Column("initiative", sa.Integer, nullable=False, default=0),
    sa.Column("porteur", sa.Integer, nullable=False, default=0),
    sa.Column("partenaires", sa.BigInteger, nullable=False, default=0),
    sa.Column("financements", sa.BigInteger, nullable=False, default=0),
    sa.Column("objectifs", sa.BigInteger, nullable=False, default=0),
    sa.Column("communication", sa.BigInteger, nullable=False, default=0),
    sa.Column("autres_jeunes", sa.Integer),
    sa.Column("posees", sa.Integer, nullable=False, default=0),
)

actions_usagers = sa.Table(
    "actions_usagers",
    metadata,
    sa.Column("forme", sa.Text, primary_key=True),
    sa.Column("association", sa.Integer, primary_key=True),
    sa.Column("action", sa.Text, primary_key=True),
    sa.Column("usager", sa.Integer, sa.ForeignKey("usagers.id"), primary_key=True),
)

livraisons = sa.Table(
    "livraisons",
    metadata,
    sa.Column("numero", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("recue_le", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("empreinte", sa.Text, nullable=False, comment="SHA-256, hexadecimal"),
    sa.Column("operateur", sa.Text, nullable=False),
    sa.Column("synthetique", sa.Boolean, nullable=False),
    sa.Column("comptes", sa.JSON, nullable=False, comment="rows loaded, by form"),
    sa.Column("refusees", sa.Integer, nullable=False, default=0),
    sa.Column("avertissements", sa.JSON, nullable=False),
)

accompagnements = sa.Table(
    "accompagnements",
    metadata,
    sa.Column("annee", sa.Integer, primary_key=True, comment="first year of the school year"),
    sa.Column("usager", sa.Integer, sa.ForeignKey("usagers.id"), primary_key=True),
    sa.Column("association", sa.Integer, nullable=False),
    sa.Column("alses", sa.Boolean, nullable=False),
    sa.Column("collegien", sa.Boolean, nullable=False),
    sa.Column("college", sa.Text),
    sa.Column("territoire", sa.Text),
    sa.Column("sexe", sa.Integer, nullable=False),
    sa.Column("age", sa.Integer, comment="on 1 January, years"),
    sa.Column("anciennete", sa.Integer, nullable=False),
    sa.Column("classe", sa.Integer, nullable=False),
    sa.Column("hebergement", sa.Integer, nullable=False),
    sa.Column("configuration", sa.Integer, nullable=False),
    sa.Column("mesures", sa.BigInteger, nullable=False),
    sa.Column("aides", sa.BigInteger, nullable=False),
    sa.Column("ressources", sa.BigInteger, nullable=False),
    sa.Column("origine", sa.Integer, nullable=False),
    sa.Column("fonction_ecole", sa.Integer, nullable=False),
    sa.Column("demande", sa.Integer, nullable=False),
    sa.Column("demande_scolarite", sa.Integer, nullable=False),
    sa.Column("acteurs", sa.Integer, nullable=False, comment="bit set of list acteur"),
    sa.Column("debut_connu", sa.Boolean, nullable=False, comment="the form says it"),
    sa.Column("territoire_usager", sa.Boolean, nullable=False, comment="the form says it"),
    sa.Column("posees_usager", sa.Integer, nullable=False),
    sa.Column("posees_situation", sa.Integer, nullable=False),
    sa.Column("posees_interventions", sa.Integer, nullable=False),
    sa.Column("mois", sa.Integer, nullable=False, comment="bit m-1: an intervention in month m"),
    sa.Column("actes", sa.JSON, nullable=False, comment="per population: sets and counts"),
    sqlite_with_rowid=False,
)

mises_en_page = sa.Table(
    "mises_en_page",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("nom", sa.Text, nullable=False),
    sa.Column("contenu", sa.Text, nullable=False, comment="JSON: names of the packed columns"),
)

publications = sa.Table(
    "publications",
    metadata,
    sa.Column("numero", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("livraison", sa.Integer, nullable=False, comment="the latest delivery behind it"),
    sa.Column("date", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("motif", sa.Text, nullable=False),
)

reponses = sa.Table(
    "reponses",
    metadata,
    sa.Column("cle", sa.Text, primary_key=True, comment="annee|population|type|lieu|filtres"),
    sa.Column("annee", sa.Text, nullable=False),
    sa.Column("mise_en_page", sa.Integer, nullable=False),
    sa.Column("publication", sa.Integer, nullable=False, comment="since when it is so"),
    sa.Column("contenu", sa.LargeBinary, nullable=False),
)

reponses_exactes = sa.Table(
    "reponses_exactes",
    metadata,
    sa.Column("cle", sa.Text, primary_key=True),
    sa.Column("annee", sa.Text, nullable=False),
    sa.Column("association", sa.Text, nullable=False, comment="code, or '' where none owns it"),
    sa.Column("mise_en_page", sa.Integer, nullable=False),
    sa.Column("contenu", sa.LargeBinary, nullable=False),
)

reponses_anterieures = sa.Table(
    "reponses_anterieures",
    metadata,
    sa.Column("cle", sa.Text, primary_key=True),
    sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("mise_en_page", sa.Integer, nullable=False),
    sa.Column("contenu", sa.LargeBinary, nullable=False),
    comment="published answers that a later publication replaced: what an attacker may have kept",
)

audits = sa.Table(
    "audits",
    metadata,
    sa.Column("publication", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("livraison", sa.Integer, nullable=False),
    sa.Column("date", sa.DateTime, nullable=False, comment="UTC"),
    sa.Column("rapport", sa.JSON, nullable=False, comment="`audit.rapport.Rapport`"),
)

retenues = sa.Table(
    "retenues",
    metadata,
    sa.Column("cle", sa.Text, primary_key=True, comment="annee|population|type|lieu|filtres"),
    sa.Column("tableau", sa.Text, primary_key=True, comment="its base's column, or « entete »"),
    sa.Column("annee", sa.Text, nullable=False),
    sa.Column("publication", sa.Integer, nullable=False, comment="since when, for good"),
    comment="tables that the audit withheld",
)

savoirs = sa.Table(
    "savoirs",
    metadata,
    sa.Column("annee", sa.Text, primary_key=True),
    sa.Column("genre", sa.Text, primary_key=True, comment="jeunes, croises, signature"),
    sa.Column("attaquant", sa.Text, primary_key=True, comment="'' or the code of an association"),
    sa.Column("contenu", sa.LargeBinary, nullable=False),
    comment="what the answers published so far tell an attacker: never read by the web application",
)

temoins = sa.Table(
    "temoins",
    metadata,
    sa.Column("nom", sa.Text, primary_key=True, comment="arrondi"),
    sa.Column("valeur", sa.Text, nullable=False, comment="HMAC-SHA256, hexadecimal"),
    comment="secrets that may not change, recognised without being held (`data.temoin`)",
)

questions_non_posees = sa.Table(
    "questions_non_posees",
    metadata,
    sa.Column("annee", sa.Text, primary_key=True),
    sa.Column("lieu_type", sa.Text, primary_key=True),
    sa.Column("lieu", sa.Text, primary_key=True),
    sa.Column("champs", sa.JSON, nullable=False, comment="['usagers.sexe', …]"),
)

remises = sa.Table(
    "remises",
    metadata,
    sa.Column("livraison", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("association", sa.Integer, sa.ForeignKey("associations.id"), primary_key=True),
    sa.Column("formulaire", sa.Text, primary_key=True, comment="name of the form"),
    sa.Column(
        "annee",
        sa.Integer,
        primary_key=True,
        autoincrement=False,
        comment="first year of the school year; 0: the form has no date",
    ),
    sa.Column("jusqu_au", sa.Date, comment="latest date among its rows of that year"),
    comment="which association brought which form of which school year, in which delivery",
)

saisies_tardives = sa.Table(
    "saisies_tardives",
    metadata,
    sa.Column("usager", sa.Integer, sa.ForeignKey("usagers.id"), primary_key=True),
    sa.Column("annee", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("nombre", sa.Integer, nullable=False, comment="interventions that came late"),
    comment="interventions that came after a delivery which already went beyond their date",
)

rapprochements = sa.Table(
    "rapprochements",
    metadata,
    sa.Column("id", sa.Text, primary_key=True, comment="of the printed figure"),
    sa.Column("calcule", sa.Text, nullable=False, comment="as it is to be shown; '' = none"),
    sa.Column("ecart", sa.Text, nullable=False, comment="computed less printed, likewise"),
    sa.Column("etat", sa.Text, nullable=False, comment="key of `rapprochement.ETATS`"),
    sa.Column("explication", sa.Text, nullable=False),
    comment="printed figures beside the exact ones: of demonstration data only, else empty",
)

etats_annees = sa.Table(
    "etats_annees",
    metadata,
    sa.Column("annee", sa.Text, primary_key=True),
    sa.Column("empreinte", sa.Text, nullable=False, comment="of the facts last published"),
)


class BaseIncompatible(RuntimeError):
    """The database is not at the step this version of the program works with. French text."""


_DROIT_INSUFFISANT = "42501"
_COLONNE_DES_REVISIONS = "(version_num VARCHAR(32) NOT NULL PRIMARY KEY)"
"""As Alembic makes it, which is slow to import."""

CHEMIN_PAR_DEFAUT = Path(__file__).resolve().parent / "base" / "passerelle.sqlite"


def url_de_la_base() -> str:
    """URL of the consolidated database: `DATABASE_URL`, or the SQLite file under `data/base`.

    `postgres://` and `postgresql://`, as Procfile platforms set them, mean psycopg 3.
    """
    url = os.environ.get("DATABASE_URL", "").strip()
    if not url:
        return f"sqlite:///{CHEMIN_PAR_DEFAUT}"
    for prefixe in ("postgres://", "postgresql://"):
        if url.startswith(prefixe):
            return "postgresql+psycopg://" + url[len(prefixe) :]
    return url


def fichier_sqlite(adresse: sa.URL) -> Path | None:
    """The file behind the URL of an engine; None under PostgreSQL and in memory."""
    if adresse.get_backend_name() != "sqlite" or adresse.database in (None, "", ":memory:"):
        return None
    nom = str(adresse.database)
    return Path(unquote(nom.removeprefix("file:")) if nom.startswith("file:") else nom)


def ouvrir(
    url: str | None = None, *, lecture_seule: bool = False, interactif: bool = False
) -> Engine:
    """Engine on the consolidated database.

    Under SQLite the journal is a write-ahead log: readers keep the snapshot their transaction
    began with, and neither wait for an import nor see half of one. `lecture_seule` refuses any
    write on the connections of this engine. `interactif`: a person waits for the answer; no
    statement lasts.
    """
    adresse = sa.make_url(url or url_de_la_base())
    options: dict[str, Any] = {}
    if adresse.get_backend_name() == "sqlite":
        if adresse.database and adresse.database != ":memory:" and not lecture_seule:
            Path(adresse.database).parent.mkdir(parents=True, exist_ok=True)
        options["connect_args"] = {"check_same_thread": False, "timeout": 30}
        if lecture_seule and adresse.database and adresse.database != ":memory:":
            # A file that is not there is an error to report, not an empty database to make.
            adresse = adresse.set(
                database=f"file:{quote(adresse.database)}", query={"mode": "ro", "uri": "true"}
            )
    else:
        # The driver is read only where there is such a server.
        from data import liaison

        options |= liaison.regler(adresse, lecture_seule=lecture_seule, interactif=interactif)
    engine = sa.create_engine(adresse, **options)

    if adresse.get_backend_name() == "sqlite":

        @event.listens_for(engine, "connect")
        def _regler(dbapi: Any, _: Any) -> None:
            curseur = dbapi.cursor()
            if not lecture_seule:
                curseur.execute("PRAGMA journal_mode=WAL")
                curseur.execute("PRAGMA synchronous=NORMAL")
            else:
                curseur.execute("PRAGMA query_only=ON")
            curseur.execute("PRAGMA cache_size=-65536")
            curseur.execute("PRAGMA temp_store=MEMORY")
            curseur.close()

        _suivre_le_fichier(engine)

    elif interactif:
        liaison.laisser_attendre_un_temps(engine)

    return engine


def designer(fichier: Path) -> tuple[int, int] | None:
    """Which file stands there: another one once it was replaced. None when there is none."""
    try:
        etat = fichier.stat()
    except OSError:
        return None
    return etat.st_dev, etat.st_ino


def _suivre_le_fichier(engine: Engine) -> None:
    """Leave the connections to a file that was removed or put back: they would go on reading what
    is no longer there. The next one opens what stands at its place, or says that nothing does."""
    fichier = fichier_sqlite(engine.url)
    if fichier is None:
        return

    @event.listens_for(engine, "connect")
    def _noter(_: Any, enregistrement: Any) -> None:
        enregistrement.info["fichier"] = designer(fichier)

    @event.listens_for(engine, "checkout")
    def _comparer(_: Any, enregistrement: Any, __: Any) -> None:
        if enregistrement.info.get("fichier") != designer(fichier):
            raise sa.exc.DisconnectionError("the file was replaced")


def lire_listes(conn: sa.Connection) -> dict[str, tuple[Valeur, ...]]:
    """The closed lists the database holds, each in list order."""
    listes: dict[str, list[Valeur]] = {}
    requete = sa.select(nomenclatures).order_by(nomenclatures.c.champ, nomenclatures.c.ordre)
    for n in conn.execute(requete).mappings():
        listes.setdefault(n["champ"], []).append(
            Valeur(n["code"], n["libelle"], n["groupe"], n["ordre"], n["rang"])
        )
    return {champ: tuple(valeurs) for champ, valeurs in listes.items()}


def contient_du_reel(conn: sa.Connection) -> bool:
    """Whether some delivery is not synthetic: one is enough for the data to be real."""
    return bool(conn.scalar(sa.select(sa.exists().where(~livraisons.c.synthetique))))


def lire_la_revision(conn: sa.Connection) -> str:
    """The step a base is at; "" when it is empty, or from before there were any."""
    if not sa.inspect(conn).has_table(TABLE_DES_REVISIONS):
        return ""
    table = sa.table(TABLE_DES_REVISIONS, sa.column("version_num"))
    return str(conn.scalar(sa.select(table.c.version_num)) or "")


def creer(engine: Engine) -> None:
    """Create the tables, or bring those of another time up to date, as the only writer.

    Idempotent. What a step makes obsolete is marked to be published again
    (`data.importation.mettre_a_jour`). Raises BaseIncompatible, and refus.LivraisonRefusee when
    another writer is at work.
    """
    with engine.connect() as conn:
        if lire_la_revision(conn) == REVISION:
            return
    from data.verrou import ecrire_seul

    try:
        with ecrire_seul(engine) as conn:
            _mettre_a_jour(conn)
    except sa.exc.ProgrammingError as erreur:
        if not droit_insuffisant(erreur):
            raise
        raise BaseIncompatible(
            "Les tables de la base doivent être créées ou mises à jour, et ce rôle de PostgreSQL "
            "n’en a pas le droit : lancez « python -m data migrer » avec le compte propriétaire "
            "de la base, puis « python -m data roles »."
        ) from erreur


def _mettre_a_jour(conn: sa.Connection) -> None:
    revision = lire_la_revision(conn)
    if revision == REVISION:
        return
    if not revision and not sa.inspect(conn).has_table(nomenclatures.name):
        metadata.create_all(conn)
        conn.execute(sa.text(f"CREATE TABLE {TABLE_DES_REVISIONS} {_COLONNE_DES_REVISIONS}"))
        conn.execute(
            sa.text(f"INSERT INTO {TABLE_DES_REVISIONS} VALUES (:revision)"),
            {"revision": REVISION},
        )
        return
    # Slow to import, and needed only when something is to be done.
    from data import migrations

    try:
        migrations.monter(conn, migrations.BASE)
    except migrations.RevisionInconnue as erreur:
        raise BaseIncompatible(dire_trop_recente(revision)) from erreur


def droit_insuffisant(erreur: sa.exc.DBAPIError) -> bool:
    """Whether PostgreSQL refuses for want of a right."""
    return getattr(erreur.orig, "sqlstate", "") == _DROIT_INSUFFISANT


def lit_les_fiches(conn: sa.Connection) -> bool:
    """Whether the account of PostgreSQL behind this connection may read the youths' own records.
    Under SQLite, whoever opens the file may: only the disk tells accounts apart."""
    if conn.dialect.name != "postgresql":
        return False
    table = sa.func.to_regclass(usagers.name)
    permis = sa.func.has_any_column_privilege(table, "SELECT")
    return bool(conn.scalar(sa.select(permis)))


def dire_trop_recente(revision: str) -> str:
    """What to do with a base that a later version of the program has changed, in French."""
    return (
        "La base a été mise à jour par une version plus récente de Passerelle (étape "
        f"« {revision} ») : installez cette version, ou rétablissez une sauvegarde."
    )
