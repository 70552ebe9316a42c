"""Passwords that are guessed first: everyday words with a number, runs on the keyboard, repetitions."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

# Words that people of our four languages make passwords of; years, digits and signs around them are ignored.
WORDS = frozenset(
    """
    password passwort passwoord wachtwoord motdepasse passe pass passphrase secret geheim geheimnis
    paswoord admin administrator administrateur beheerder root user utilisateur gebruiker benutzer test
    testing tester guest gast invite login signin connexion access acces toegang zugang changeme change
    default standard welcome bienvenue welkom willkommen hello bonjour salut coucou hallo moien
    goedemorgen gutentag bonsoir letmein openup entrer open iloveyou jetaime jetadore ikhouvanje
    ichliebedich love amour liefde liebe lover lovely mylove monamour schatz schatje cherie cheri doudou
    loulou chouchou bisous kusjes sunshine soleil zon sonne sommer ete zomer summer winter hiver printemps
    lente spring fruhling automne herfst autumn herbst monday lundi maandag montag friday vendredi vrijdag
    freitag sunday dimanche zondag sonntag january janvier januari januar february mars march april avril
    june juin juni july juillet juli august augustus september septembre october octobre oktober november
    novembre december decembre dezember dragon monkey singe aap affe tiger tigre tijger lion leeuw lowe
    horse cheval paard pferd butterfly papillon vlinder schmetterling dolphin dauphin dolfijn delfin
    rabbit lapin konijn hase kitten chaton poes katze puppy chien hond hund shadow ombre schaduw schatten
    master meister meester maitre freedom liberte vrijheid freiheit princess princesse prinses prinzessin
    queen reine koningin konigin prince prins prinz angel ange engel superman batman spiderman starwars
    pokemon pikachu mickey minnie garfield snoopy tintin asterix obelix harrypotter football voetbal
    fussball soccer basket basketball baseball tennis hockey rugby cycling velo fiets fahrrad marseille
    olympique liverpool chelsea arsenal barcelona juventus ajax feyenoord anderlecht brugge bruges paris
    london londres londen bruxelles brussel brussels lille rijsel tournai doornik gent gand antwerpen
    anvers liege luik luttich luxembourg luxemburg berlin koln amsterdam rotterdam utrecht maastricht
    aachen metz nancy namur namen mons bergen arlon aarlen kortrijk courtrai roubaix tourcoing dunkerque
    calais france belgique belgie belgium nederland holland deutschland allemagne germany europa europe
    coffee cafe koffie kaffee coworking coworker cowork interreg espresso cappuccino chocolat chocolade
    schokolade chocolate fromage kaas kase cheese biere bier beer wine wijn vin wein pizza frites frieten
    pommes banane banana orange citron cherry cerise kers kirsche apple pomme appel apfel strawberry
    fraise aardbei erdbeere computer ordinateur internet google facebook instagram twitter youtube
    linkedin microsoft windows office samsung iphone android nintendo playstation minecraft fortnite
    mercedes porsche ferrari renault peugeot citroen volkswagen toyota harley yamaha michael michel
    nicolas thomas daniel jessica julie marie sophie camille charlotte emma louise lucas hugo arthur
    alexandre alexander sebastian christian stephanie isabelle nathalie catherine veronique philippe
    patrick pascal laurent olivier maxime antoine baptiste pauline mathilde caroline martine jennifer
    ashley andrew joshua matthew jordan maria anna laura sarah david peter jan piet wim bart tom tim kevin
    jeroen sander anouk lotte femke sanne hans klaus jurgen wolfgang ursula monika sabine heike family
    famille familie maison huis haus house home mother mere moeder mutter father pere vader vater maman
    mama papa bebe baby grandmere omaopa school ecole schule travail werk arbeit work bureau kantoor buro
    music musique muziek musik guitar guitare gitaar gitarre piano whatever trustno thepassword mypassword
    monmotdepasse mijnwachtwoord meinpasswort qwerty azerty qwertz asdfgh yxcvbn wxcvbn zxcvbn abc abcd
    abcdef abcabc passwordpassword azertyuiop qwertyuiop qwertzuiop unknown nothing rien niets nichts
    something azertyqwerty
    """.split()  # noqa: SIM905
)
ROWS = (
    "01234567890123456789",
    "abcdefghijklmnopqrstuvwxyz",
    "qwertyuiopasdfghjklzxcvbnm",
    "azertyuiopqsdfghjklmwxcvbn",
    "qwertzuiopasdfghjklyxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
    "1q2w3e4r5t6y7u8i9o0p",
    "1a2z3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujmikolp",
    "aqwzsxedcrfvtgbyhnujikolpm",
)
RUNS = tuple(run for row in ROWS for run in (row * 2, (row * 2)[::-1]))
LOOK_ALIKES = str.maketrans("0134578@$!+", "oieastbasit")
LONGEST_PAIR = 16


def is_guessed(password: str, known: Iterable[str] = ()) -> bool:
    """Whether a password is guessed before others: by its pattern, its word, or as its owner's own name."""
    text = _plain(password)
    squeezed = re.sub(r"[\s._-]", "", text)
    if len(set(squeezed)) <= 3 or any(squeezed in run for run in RUNS):
        return True
    repeated = re.fullmatch(r"(.{1,6}?)\1+", squeezed)
    if repeated is not None:
        return True
    own = {_letters(_plain(part)) for word in known for part in (word, word.partition("@")[0])}
    return any(_is_guessable(stem, own - {""}) for stem in _stems(squeezed))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(char for char in decomposed if not unicodedata.combining(char))


def _letters(text: str) -> str:
    return re.sub(r"[^a-z]", "", text)


def _stems(text: str) -> set[str]:
    """The word in a password: bare of digits and signs around it, and with `p@ssw0rd` read as meant."""
    bare = re.sub(r"^[^a-z]+|[^a-z]+$", "", text)
    translated = _letters(re.sub(r"^\d+|[\d!?.*#]+$", "", text).translate(LOOK_ALIKES))
    return {stem for stem in (bare, _letters(text), translated) if stem}


def _is_guessable(stem: str, own: set[str]) -> bool:
    if stem in WORDS or stem in own or any(stem in run for run in RUNS if len(stem) >= 4):
        return True
    if len(stem) > LONGEST_PAIR:
        return False
    return any(stem[:cut] in WORDS and stem[cut:] in WORDS for cut in range(1, len(stem)))
