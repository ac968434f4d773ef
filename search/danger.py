"""Decide whether a query may mean that somebody is in danger, or asks for a dose.

False alarms are preferred to misses. Rules are tried on the words as typed, which a correction could make harmless, and
on the corrected words: in lower case, without apostrophes, dots or hyphens, with digits turned back into letters, and
with split words joined ("over dose", "o d").
"""

import re

from search.vocabulary import without_accents
from search.words import joined

#: On each line a rule and, after the colon, a query that it must match (tested). NOT stands for the ways to say no, WHO
#: for a few words about somebody.
RULES = r"""
overd\w*|ovrd\w*|overamp\w* : overdosing
od|ods|od d|oded|oding : my friend oded
(took|take|taken|ate|swallow\w*|shot|did|used) (way )?(too|to|2) (much|many) : took too many pills
too (much (dope|heroin|fent)|many pills) : too much dope
lethal|fatal|deadly|poison\w*|hot ?shot|painless(ly)? : painless way out
narc[ao]n\w*|naloxon\w*|911|988|emergenc\w* : narcan
crisis|crises|hotlines?|helplines? : crisis
breath\w*|asphyxia\w*|suffocat\w*|gasp\w* : gasping
chok\w*|choaking|gurgl\w*|agonal|snor(e|es|ing)|rattl\w* : death rattle
uncon\w*|unresponsiv\w*|lifeless|collaps\w*|slump\w* : unresponsive
nodd(ed|ing)|limp|blue|bluish|cyano\w*|ashen : ashen
NOT WHO(wak\w*|respond\w*|mov(e|es|ing)|react\w*|rous\w*|awake|com(e|ing) to) : he is not waking
NOT WHOget WHO(up|awake) : he wont get up
(wak(e|es|ing)|stir) WHOup(?! (early|at|in|every|all|tired|sick|sweat))|hard to wake : trying to wake him up
(pass(e?d|es|ing)?|black(ed|s|ing)?|knocked) out|faint(s|ed|ing)? : passing out
(fell|fall|falls|falling) out|out cold : he fell out
(purple|gr[ae]y|blue|white|dark|black) (lips?|skin|face|nails?|fingers?) : grey lips
blue? ?lips|lips? (are |look |turn\w* |going )?(purple|gr[ae]y|dark|black) : lips turning purple
clammy|cold and (not|wont|cant|limp|stiff)|eyes? (are |is )?roll\w* : eyes rolled back
(weird|strange) (noise|sound)s? : making a weird noise
(so|too|very|really|super|is|hes|shes|still) (sleepy|drowsy|groggy)|(stay|staying) awake : now he is sleepy
(kid|child|toddler|baby|son|daughter) (ate|swallow\w*|drank|got (in|into|hold|my)|took my) : my kid ate methadone
(took|take|ate|did|swallow\w*) (a |the |my |his |her )?(bunch|handful|(whole )?bottle|all) : took a bunch of gabapentin
took (someones|(my|his|her) \w+s) \w+|doubled?( up)?( my| the| on)? dos\w* : took my moms methadone
(mix\w*|drank|took) .{0,20}(and|with|on) (\w+ )?(xanax|benzos?|alcohol|methadone|subs?|dope) : drank on methadone
just (used|shot|smoked|snorted|took) .{0,12}(feel|felt|weird|funny) : just used and feel weird
(turn\w*|going|gone|went) (purple|gr[ae]y|white|cold) : turning purple
pin ?points?|no pulse|pulseless : pin point pupils
seiz(e|es|ed|ing|ures?)|siezures?|seizur\w*|convuls\w*|fitting : he is seizing
epilep\w*|strokes?|hallucinat\w*|delirium : hallucinating
hear(ing|s)? (voices|things)|see(s|ing)? things|out of (my|his|her) chest : i see things
heart attacks?|cardiac arrest|heart (has |is |was )?stop\w* : heart attack
chest (\w+ )?(pains?|hurts?|tight\w*) : my chest really hurts
foam\w*|froth\w* : foaming at the mouth
(blood|bleeding).{0,12}(vomit|puke|stool|poop|toilet|shit|pee) : blood in my poop
(vomit\w*|puk\w*|throwing up|coughing up).{0,10}(blood|black) : throwing up blood
(keep|hold) .{0,12}(water|fluids?|anything|nothing|food) down : cant keep water down
nothing (stays|will stay|staying) down|cant (even )?drink( any| water| anything)? : nothing stays down
(vomit\w*|puk\w*|thr[eo]w(ing)? up) (\d+ times|all (day|night)|non ?stop) : puked all day
cant stop (throw|vomit|puk)\w* : cant stop throwing up
(havent|hasnt|not|cant|barely|stopped) (pee\w*|urinat\w*)|dark (pee|urine)|sunken eyes : havent peed all day
fever (of )?10[3-9]|cant feel my (legs?|arms?) : fever 103
stiff neck|lockjaw|red streaks?|sepsis|septic : fever and stiff neck
suicid\w*|sucid\w*|suisid\w*|sewerslid\w*|unaliv\w*|kms|kys|ctb : sewerslide
kill(s|ed|ing)?|dies?|died|dying|dead|murder\w*|hopeless\w* : i want to die
(shoot|hang|hanging|hanged|off) (my|him|her|them)sel\w+|noose|slit\w* : hang myself
self ?(harm|injur)\w* : s3lf harm
(hurt|harm|cut)(s|t?ing)? (my|him|her|your|them) ?sel\w+ : hurting herself
cut(ting)? (me|my wrists?|my arms?) : cut my wrists
end (it|my life|everything)|tak\w* my (own )?life : end it all
want to (live|be here|be alive|disappear|sleep forever) : dont want to be here
(reason|point|will) (to|in|of) (liv\w*|life) : no reason to live
cant (go on|do this any ?more|take it any ?more) : i cant go on
give up on life|want it to be over|done with life|jump off : want it to be over
wish i (was|were|had) ?(nt|not|never)? ?(here|alive|dead|born) : wish i was dead
better (off )?(dead|without me)|goodbye (letter|note) : better off without me
no ?(body|one) (would|will) (miss|care)|look like an accident : nobody would miss me
sobredosis|no (puedo |puede |esta )?respir\w*|inconsciente|sin pulso|no tiene pulso : no respira
\w*despiert\w*|no (\w+ ){0,3}despert\w* : no se despierta
desmay\w*|ahog\w*|asfixi\w*|no (se |me )?(reacciona|responde|mueve|levanta) : no reacciona
(labios|cara|unas|piel) (azul\w*|morad\w*|gris\w*|negr\w*|palid\w*)|ron(c|qu)\w*|gorgote\w*|espuma : labios morados
(puso|pone|poniendo|puesto|esta|estaba|quedo|ve) (todo |toda )?(azul|morad[oa]|gris|palid[oa])\b : se puso morado
respira (raro|rara|mal|feo|poco|despacio|lento)|(puso|quedo|esta) (ties|rigid|id)[oa]|siento rar[oa] : respira despacio
(nin[oa]|bebe|hij[oa])s? (\w+ )?(tomo|trago|comio|agarro|bebio) : mi bebe se trago una pastilla
(tom|mezcl|beb)\w* .{0,20}(y|con) (alcohol|pastillas|xanax|benzos?|chiva|heroina|fenta\w*) : tome xanax con chiva
(tom|us|met|consum)\w* demasiad\w* : tomo demasiada
(much|demasiad)\w* pastillas|pas(o|e) (de dosis|la mano)|letal|mortal\w* : se paso de dosis
emergencia\w*|urgencia\w*|auxilio|socorro|ayud(a|en?me)\w* : ayudenme
convul[sc]i\w*|(da|dio|dieron|dan) (un )?ataques? : le dio un ataque
(dolor|duele) (\w+ )*pecho|infarto|derrame|se muere|muriendo : me duele el pecho
(vomit|escup|hag|orin|popo|caca)\w* (con )?sangre|sangre en|cuello rigido : vomita sangre
no (retien\w*|aguant\w*) (nada|agua|liquidos) : no retiene nada
no (puedo |me )?(para|tom\w*|beb\w*|reten\w*) (el )?(agua|nada|liquidos) : no puedo tomar agua
(todo lo|vomito) (devuelvo|vomito|todo) : vomito todo
no (paro|para|dejo|deja) de vomitar|no (hago pipi|puedo orinar|orino)|orina oscura|ojos hundidos : no paro de vomitar
alucin\w*|(oy|oig|escuch)\w* voces|ve[o]? cosas|corazon se (me )?(sale|para) : veo cosas
alucin\w*|delir\w*|envenen\w*|intoxic\w* : esta alucinando
quiero (mor|mat|cort|lastim|desaparec)[aei]r?\w*|dormir y no|mejor sin mi|pena vivir : quiero desaparecer
suicid\w*|mat(ar(me|se)|andome)|hacerme dano|(lastim|cort)\w*me : quiero matarme
(acabar|terminar) con (todo|mi vida)|ya no (puedo|aguanto)( mas| con esto| asi)?$ : quiero acabar con todo
sin (salida|esperanza) : sin esperanza
no quiero (seguir )?(vi(vir|viendo)|estar vivo|estar viva)|quitarme la vida|ganas de vivir : no quiero seguir viviendo
"""
#: Alarming only as whole queries: "cutting down" is not.
ALONE = frozenset(
    "cutting, cut, self injury, help me, help me please, please help, im done, i give up, i cant do this, "
    "i want it to stop, whats the point, what is the point, se paso, me rindo".split(", ")
)

_NOT = "(cant|can not|cannot|couldnt|wont|will not|not|isnt|aint|doesnt|didnt|never|no longer|barely|stop|stopped) "
_WHO = r"((him|her|them|me|(my|his|her) \w+|he|she|they|up|be|being|get|getting|even|really|to) ){0,3}"
#: Digits and signs used in place of letters.
_LETTERS = str.maketrans("013457@$!", "oieastasi")


def _compiled(rule: str) -> re.Pattern:
    return re.compile(rf"\b({rule.replace('NOT ', _NOT).replace('WHO', _WHO)})\b")


EXAMPLES = [(_compiled(rule), query) for rule, query in (line.split(" : ") for line in RULES.strip().splitlines())]


def is_danger(typed: str, meant: str = "") -> bool:
    """Return whether to show urgent help. `meant`: `typed` with its spelling corrected."""
    read = forms(typed) | forms(meant)
    return bool(read & ALONE) or any(rule.search(form) for rule, _ in EXAMPLES for form in read)


def forms(text: str) -> set[str]:
    """Return the readings of a text: as it is, with letters for digits, and with split words joined."""
    plain = _plain(text)
    return {plain, joined(plain), _plain(re.sub(r"['’]", " ", text)), _plain(text.casefold().translate(_LETTERS))}


def _plain(text: str) -> str:
    text = without_accents(text.casefold())
    return re.sub(r"[\W_]+", " ", re.sub(r"['’`´ʼ]", "", text)).strip()


_NAMES_ONE = re.compile(
    r"\b(micro ?-?)?dos(e|es|ed|ages?|ing)\b|\d ?m[cg]g?s?\b|\bm(g|illigram)s?\b|\b(taper|wean)|\bsafe amount"
)
_HOW_MUCH = re.compile(r"\bhow (much|many)\b(?! (longer|time|days?|hours?|weeks?|months?|people)\b)")
_OF_WHAT = re.compile(
    r"\b(take|taking|use|using|give|start|inject|shoot|snort|smoke|safe|medicines?|meds?|medications?|pills?|tablets?)\b"
    r"|\b(methadone|buprenorphine|bupe|subs?|suboxone|subutex|strips?|naltrexone|vivitrol|clonidine|lofexidine|lucemyra)\b"
    r"|\b(loperamide|imodium|gabapentin|xanax|valium|klonopin|benzos?|heroin|dope|fent|fentanyl|opioids?|kratom)\b"
)
_IN_SPANISH = re.compile(
    r"\bdosis\b|\bmiligramos?\b|\bcuant[oa]s? (?!(tiempo|dura|tarda|cuesta|dias?|horas?|semanas?|mes(es)?|falta)\b)"
    r"(\w+ )*(tom|us|inyect|consum|metadona|suboxone|buprenorfina|pastillas?|clonidina|heroina|fentanilo|loperamida)\w*"
)
_PRICE = re.compile(r"\b(costs?|pay|price|prices|charge|money|insurance|cuestan?|precio|seguro)\b|\$")
#: How much naloxone to give is part of the overdose steps.
_NALOXONE = re.compile(r"\b(naloxon[ea]|narcan)\b")


def asks_for_a_dose(typed: str) -> bool:
    """Return whether the query asks for an amount to take. The guide gives none; the page says whom to ask.

    `typed` is in lower case, followed by its corrected spelling.
    """
    typed = without_accents(joined(typed))
    if _NALOXONE.search(typed) or _PRICE.search(typed):
        return False
    return bool(
        _NAMES_ONE.search(typed) or _IN_SPANISH.search(typed) or (_HOW_MUCH.search(typed) and _OF_WHAT.search(typed))
    )
