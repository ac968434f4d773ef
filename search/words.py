"""What people say, and the words the guide uses for it. No word of a reader is ever added here by itself."""

import re

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
    **dict.fromkeys(("prison",), ["jail"]),
}

#: Several words that mean one thing together. Read before the single words.
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
    "how much can i use": "tolerance overdose",
    "how much should i use": "tolerance overdose",
    "safe amount": "tolerance overdose",
    "out of jail": "tolerance",
}

_PHRASE = re.compile(rf"\b({'|'.join(sorted(map(re.escape, PHRASES), key=len, reverse=True))})\b")


def in_our_words(query: str) -> str:
    """The query with phrases that mean one thing turned into the guide's word for it."""
    return _PHRASE.sub(lambda match: PHRASES[match[1]], query)
