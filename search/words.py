"""The English vocabulary, written by hand: nothing that readers type is collected."""

import re

from search.vocabulary import Vocabulary, table

#: Stop words.
COMMON = frozenset(
    "a am an and are as at be by can do does find for from get got had has have how i id ill im in is it its ive me "
    "much my need of on or should so that the this to was we what when where which who why will with would you "
    "your near long last lasts till until just wait".split()
)


#: Words to look up besides a typed one: on each line, words that readers type and, after the colon, the guide's own.
SYNONYMS = table("""
dope smack h skag speedball horse brown tar chiva junk gear diesel : heroin
fent fetty fenty blues m30 m30s fentynol fentanol : fentanyl
tranq tranqdope zombie : xylazine
medet rhino dexdom : medetomidine
xanax xannies bars valium klonopin ativan benzo : benzos benzodiazepines
son daughter mom dad wife husband partner brother sister friend girlfriend boyfriend kid child mother : helping family
father parent addict enabling intervention codependent : helping family
dopesick dopesickness kicking jonesing comedown wds junksick : withdrawal
puking puke barfing barf hurling upchuck heaving : vomiting
shits runs trots squits poop pooping crapping : diarrhea
rehab rehabs : rehabilitation
subs sub bupe strips subutex suboxin suboxone zubsolv sublocade brixadi : buprenorphine
narcan rivive : naloxone
vivitrol : naltrexone
oxy oxys oxycodone percs percocet vicodin painkillers : opioids
nod nodding gurgling snoring purple blue : overdose
convulsion convulsions fit fits : seizure
paws : acute
dones juice : methadone
jitters shakes shaky trembling tremors : shaking
sniffles snot snotty sneezing : runny
gooseflesh goosebump shivers shivering : goosebumps chills
sweats sweaty drenched : sweating
bellyache tummy gut guts stomach : abdominal cramping
tired exhausted drained wiped weak : fatigue
hopeless sad empty numb crying : depression
panic panicky freaking scared nervous : anxiety
angry snappy moody cranky : irritability
preggo pregnancy expecting baby : pregnant
relapse relapsed relapsing : tolerance
prison locked incarcerated inmate : jail
nauseous nauseated queasy nausia náusea nauseas : nausea
feverish temperature fiebre febrile : fever
lightheaded lightheadedness woozy giddy : dizzy
wd abstinencia desintoxicación desintoxicacion : withdrawal
postacute : acute
tachycardia palpitations : heart
hypertension : pressure
anhedonia joyless : depression
crawling crawly itchy : restless
needles syringes rigs needle syringe jeringas : supplies inject
hiv hepatitis hep abscess cellulitis endocarditis necrosis swollen hole : infection
vet vets military army marine veterano : veterans
teen teens teenage adolescent minor youth : teenagers
uninsured medicaid medicare afford seguro : insurance
embarazada embarazo : pregnant
naloxona : naloxone
metadona : methadone
buprenorfina : buprenorphine
vomito vómito vomitos vómitos vomitar : vomiting
diarrea : diarrhea
heroina heroína : heroin
fentanilo : fentanyl
insomnio sleepless awake : insomnia
""")


#: Phrases, read before single words, and the guide's words for them.
PHRASES = table(
    """
cant wake, wont wake, not waking, took too much : overdose naloxone
want to be here, wish i was dead, no reason to live : suicide
cant stop throwing up, cant stop vomiting, cant stop puking : vomiting
cant stop shaking : shaking
when is it done : how long
threw up, throw up : vomiting
china white : heroin fentanyl
black tar : heroin
im 14, im 15, im 16, im 17 : teenagers
sleep tonight, place to sleep, nowhere to sleep : homeless
used again after a month, used again after a week, used again after a break : tolerance
first time using, use just once, one last time : tolerance
out of detox : tolerance
suboxone made me, subs made me, bernese method : buprenorphine
dope sick, dope sickness : withdrawal
cold turkey : withdrawal detox
cant sleep, can not sleep, cannot sleep, no sleep, up all night : insomnia
the shits, the runs : diarrhea
the shakes : shaking
the sweats : sweating
the chills : chills
cold sweats : sweating chills
throwing up, being sick : vomiting
kicking legs, legs wont stop : restless legs
crawling skin : restless
want to use, need a fix : cravings
heart racing, racing heart, heart pounding : heart rate
big pupils : wide pupils
cant focus, cant think : concentrating
nose spray : naloxone
tranq dope : xylazine
the shot : naltrexone
cant stop : cravings
used again, how much can i use, how much should i use, safe amount : tolerance
out of jail : jail
post acute : post acute
breast feeding : breastfeeding
hot and cold : chills sweating
no insurance : insurance
hep c : infection
no puedo dormir : insomnia
""",
    ", ",
)
#: How people write units after a number.
UNITS = {"h": "hours", "hr": "hours", "hrs": "hours", "d": "days", "w": "weeks", "wk": "weeks", "wks": "weeks"}

ENGLISH = Vocabulary(
    common=COMMON,
    synonyms=SYNONYMS,
    phrases=PHRASES,
    endings=r"(ing|ed|es|s|e|y)$",
    units=UNITS,
    times=r"(day|hour|week|month)s?",
)


def joined(plain: str) -> str:
    """Join words that people split: "over dose", "o d"."""
    split = r"\b(over) (dos\w*|amp\w*)\b|\b(o) (d)\b|\b(un) (alive\w*|conscious)\b|\b(sobre) (dosis)\b"
    return re.sub(split, lambda match: "".join(filter(None, match.groups())), plain)
