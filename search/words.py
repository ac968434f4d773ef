"""What people say, and the words that the guide uses for it. Nothing that readers type is ever collected."""

import re

#: Stop words.
COMMON = frozenset(
    "a am an and are as at be by can do does find for from get got had has have how i id ill im in is it its ive me "
    "much my need of on or should so that the this to was we what when where which who why will with would you "
    "your".split()
)

#: A word a reader types, and what is looked up besides it.
SYNONYMS = {
    **dict.fromkeys(
        ("dope", "smack", "h", "skag", "horse", "brown", "tar", "chiva", "junk", "gear", "diesel"), ["heroin"]
    ),
    **dict.fromkeys(("fent", "fetty", "fenty", "blues", "m30", "m30s", "fentynol", "fentanol"), ["fentanyl"]),
    **dict.fromkeys(("tranq", "tranqdope", "zombie"), ["xylazine"]),
    **dict.fromkeys(("medet", "rhino", "dexdom"), ["medetomidine"]),
    **dict.fromkeys(
        ("xanax", "xannies", "bars", "valium", "klonopin", "ativan", "benzo"), ["benzos", "benzodiazepines"]
    ),
    **dict.fromkeys(
        ("son", "daughter", "mom", "dad", "wife", "husband", "partner", "brother", "sister", "friend", "girlfriend"),
        ["helping", "family"],
    ),
    **dict.fromkeys(("boyfriend", "kid", "child", "mother", "father", "parent"), ["helping", "family"]),
    **dict.fromkeys(("dopesick", "dopesickness", "kicking", "jonesing", "comedown", "wds", "junksick"), ["withdrawal"]),
    **dict.fromkeys(("puking", "puke", "barfing", "barf", "hurling", "upchuck", "heaving"), ["vomiting"]),
    **dict.fromkeys(("shits", "runs", "trots", "squits", "poop", "pooping", "crapping"), ["diarrhea"]),
    **dict.fromkeys(("rehab", "rehabs"), ["rehabilitation"]),
    **dict.fromkeys(("subs", "sub", "bupe", "strips", "subutex", "suboxin", "suboxone"), ["buprenorphine"]),
    **dict.fromkeys(("zubsolv", "sublocade", "brixadi"), ["buprenorphine"]),
    **dict.fromkeys(("narcan", "rivive"), ["naloxone"]),
    **dict.fromkeys(("vivitrol",), ["naltrexone"]),
    **dict.fromkeys(("oxy", "oxys", "oxycodone", "percs", "percocet", "vicodin", "painkillers"), ["opioids"]),
    **dict.fromkeys(("nod", "nodding", "gurgling", "snoring", "purple", "blue"), ["overdose"]),
    **dict.fromkeys(("convulsion", "convulsions", "fit", "fits"), ["seizure"]),
    **dict.fromkeys(("paws",), ["acute"]),
    **dict.fromkeys(("done", "dones", "juice"), ["methadone"]),
    **dict.fromkeys(("jitters", "shakes", "shaky", "trembling", "tremors"), ["shaking"]),
    **dict.fromkeys(("sniffles", "snot", "snotty", "sneezing"), ["runny"]),
    **dict.fromkeys(("gooseflesh", "goosebump", "shivers", "shivering"), ["goosebumps", "chills"]),
    **dict.fromkeys(("sweats", "sweaty", "drenched"), ["sweating"]),
    **dict.fromkeys(("bellyache", "tummy", "gut", "guts", "stomach"), ["abdominal", "cramping"]),
    **dict.fromkeys(("tired", "exhausted", "drained", "wiped", "weak"), ["fatigue"]),
    **dict.fromkeys(("hopeless", "sad", "empty", "numb", "crying"), ["depression"]),
    **dict.fromkeys(("panic", "panicky", "freaking", "scared", "nervous"), ["anxiety"]),
    **dict.fromkeys(("angry", "snappy", "moody", "cranky"), ["irritability"]),
    **dict.fromkeys(("preggo", "pregnancy", "expecting", "baby"), ["pregnant"]),
    **dict.fromkeys(("relapse", "relapsed", "relapsing"), ["tolerance"]),
    **dict.fromkeys(("prison", "locked", "incarcerated", "inmate"), ["jail"]),
    **dict.fromkeys(("nauseous", "nauseated", "queasy", "nausia", "náusea", "nauseas"), ["nausea"]),
    **dict.fromkeys(("feverish", "temperature", "fiebre", "febrile"), ["fever"]),
    **dict.fromkeys(("lightheaded", "lightheadedness", "woozy", "giddy"), ["dizzy"]),
    **dict.fromkeys(("wd", "wds", "abstinencia", "desintoxicación", "desintoxicacion"), ["withdrawal"]),
    **dict.fromkeys(("postacute",), ["acute"]),
    **dict.fromkeys(("tachycardia", "palpitations"), ["heart"]),
    **dict.fromkeys(("hypertension",), ["pressure"]),
    **dict.fromkeys(("anhedonia", "joyless"), ["depression"]),
    **dict.fromkeys(("crawling", "crawly", "itchy"), ["restless"]),
    **dict.fromkeys(("needles", "syringes", "rigs", "needle", "syringe", "jeringas"), ["supplies", "inject"]),
    **dict.fromkeys(("hiv", "hepatitis", "hep", "abscess", "cellulitis", "endocarditis"), ["infection"]),
    **dict.fromkeys(("vet", "vets", "military", "army", "marine", "veterano"), ["veterans"]),
    **dict.fromkeys(("teen", "teens", "teenage", "adolescent", "minor", "youth"), ["teenagers"]),
    **dict.fromkeys(("uninsured", "medicaid", "medicare", "afford", "seguro"), ["insurance"]),
    **dict.fromkeys(("embarazada", "embarazo"), ["pregnant"]),
    **dict.fromkeys(("naloxona",), ["naloxone"]),
    **dict.fromkeys(("metadona",), ["methadone"]),
    **dict.fromkeys(("buprenorfina",), ["buprenorphine"]),
    **dict.fromkeys(("vomito", "vómito", "vomitos", "vómitos", "vomitar"), ["vomiting"]),
    **dict.fromkeys(("diarrea",), ["diarrhea"]),
    **dict.fromkeys(("heroina", "heroína"), ["heroin"]),
    **dict.fromkeys(("fentanilo",), ["fentanyl"]),
    **dict.fromkeys(("insomnio", "sleepless", "awake"), ["insomnia"]),
}


def stem(word: str) -> str:
    """Return the word without its English ending: "sneezing" and "sneeze" have the same stem."""
    return re.sub(r"(ing|ed|es|s|e|y)$", "", word) if len(word) > 4 else word


_BY_STEM = {stem(word): meant for word, meant in reversed(SYNONYMS.items())}


def synonyms(word: str) -> list[str]:
    """Return the guide's own words for this one, whatever its inflection."""
    return SYNONYMS.get(word) or _BY_STEM.get(stem(word), [])


#: Phrases, read before single words.
PHRASES = {
    "cant wake": "overdose naloxone",
    "wont wake": "overdose naloxone",
    "not waking": "overdose naloxone",
    "took too much": "overdose naloxone",
    "want to be here": "suicide",
    "wish i was dead": "suicide",
    "no reason to live": "suicide",
    "cant stop throwing up": "vomiting",
    "cant stop vomiting": "vomiting",
    "cant stop puking": "vomiting",
    "cant stop shaking": "shaking",
    "when is it done": "how long",
    "dope sick": "withdrawal",
    "dope sickness": "withdrawal",
    "cold turkey": "withdrawal detox",
    "cant sleep": "insomnia",
    "can not sleep": "insomnia",
    "cannot sleep": "insomnia",
    "no sleep": "insomnia",
    "up all night": "insomnia",
    "the shits": "diarrhea",
    "the runs": "diarrhea",
    "the shakes": "shaking",
    "the sweats": "sweating",
    "the chills": "chills",
    "cold sweats": "sweating chills",
    "throwing up": "vomiting",
    "throw up": "vomiting",
    "being sick": "vomiting",
    "kicking legs": "restless legs",
    "legs wont stop": "restless legs",
    "crawling skin": "restless",
    "want to use": "cravings",
    "need a fix": "cravings",
    "heart racing": "heart rate",
    "racing heart": "heart rate",
    "heart pounding": "heart rate",
    "big pupils": "wide pupils",
    "cant focus": "concentrating",
    "cant think": "concentrating",
    "nose spray": "naloxone",
    "tranq dope": "xylazine",
    "the shot": "naltrexone",
    "cant stop": "cravings",
    "used again": "tolerance",
    "how much can i use": "tolerance",
    "how much should i use": "tolerance",
    "safe amount": "tolerance",
    "out of jail": "jail",
    "post acute": "post acute",
    "breast feeding": "breastfeeding",
    "hot and cold": "chills sweating",
    "no insurance": "insurance",
    "hep c": "infection",
    "no puedo dormir": "insomnia",
}
#: How people write units behind a number.
_UNITS = {"h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks"}
_NUMBER = re.compile(rf"\b(\d+)[ -]?({'|'.join(_UNITS)}|hours?|days?|weeks?|months?)\b")

_PHRASE = re.compile(rf"\b({'|'.join(sorted(map(re.escape, PHRASES), key=len, reverse=True))})\b")
#: The words of a phrase without stop words: they mean the same in any order.
_IN_ANY_ORDER = {frozenset(phrase.split()) - COMMON: meant for phrase, meant in PHRASES.items()}


def in_our_words(query: str) -> str:
    """Return the query with units written out and phrases replaced by the guide's word for them."""
    query = _NUMBER.sub(lambda match: f"{match[1]} {_UNITS.get(match[2], match[2])}", query)
    query = re.sub(r"\b(day|hour|week|month)s?(\d+)\b", r"\1 \2", query)
    query = _PHRASE.sub(lambda match: PHRASES[match[1]], query)
    for telling, meant in _IN_ANY_ORDER.items():
        if len(telling) > 1 and telling <= set(query.split()):
            query = " ".join([*(word for word in query.split() if word not in telling), meant])
    return query
