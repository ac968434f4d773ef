"""Whether what was typed may mean that somebody is in danger now. Better one alarm too many than one too few.

Rules are tried on the words as typed, before any correction turns them into harmless ones, and on the words as they
were meant: in small letters, without apostrophes, dots or hyphens, with digits for letters undone, and with words that
belong together joined ("over dose", "o d").
"""

import re

#: On each line a rule and, behind the colon, a query that it is for: a test proves that each matches its own.
#: NOT stands for the ways to say no, WHO for a few words about somebody.
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
(purple|gr[ae]y|blue|white) (lips?|skin|face|nails?|fingers?) : grey lips
blue? ?lips|lips? (are |look |turn\w* |going )?(purple|gr[ae]y) : lips turning purple
(turn\w*|going|gone|went) (purple|gr[ae]y|white|cold) : turning purple
pin ?points?|no pulse|pulseless : pin point pupils
seiz(e|es|ed|ing|ures?)|siezures?|seizur\w*|convuls\w*|fitting : he is seizing
epilep\w*|strokes?|hallucinat\w*|delirium : hallucinating
heart attacks?|cardiac arrest|heart (has |is |was )?stop\w* : heart attack
chest (\w+ )?(pains?|hurts?|tight\w*) : my chest really hurts
foam\w*|froth\w* : foaming at the mouth
(blood|bleeding).{0,12}(vomit|puke|stool|poop) : blood in my poop
(vomit\w*|puk\w*|throwing up|coughing up).{0,10}blood : throwing up blood
(keep|hold) .{0,12}(water|fluids?|anything|nothing|food) down : cant keep water down
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
better off (dead|without me)|goodbye (letter|note) : better off without me
sobredosis|no respira\w*|no puedo respirar|inconsciente : no respira
\w*despiert\w*|no puedo desp\w*|desmay\w*|labios azules|ahog\w* : no se despierta
emergencia\w*|urgencia\w*|auxilio|socorro|ayuda\w* : ayuda
convulsi\w*|dolor de pecho|se muere|muriendo : se esta muriendo
suicidio|quiero morir\w*|matarme|hacerme da[nñ]o : me quiero morir
no quiero (seguir )?(vi(vir|viendo)|estar vivo|estar viva)|quitarme la vida|ganas de vivir : no quiero seguir viviendo
"""
#: Alarming only as all that was typed: "cutting down" is none.
ALONE = frozenset({"cutting", "cut", "self injury", "help me", "help me please", "please help"})

_NOT = "(cant|can not|cannot|couldnt|wont|will not|not|isnt|aint|doesnt|didnt|never|no longer|barely|stop|stopped) "
_WHO = r"((him|her|them|me|(my|his|her) \w+|he|she|they|up|be|being|get|getting|even|really|to) ){0,3}"
#: Digits and signs that stand for letters.
_LETTERS = str.maketrans("013457@$!", "oieastasi")


def _compiled(rule: str) -> re.Pattern:
    return re.compile(rf"\b({rule.replace('NOT ', _NOT).replace('WHO', _WHO)})\b")


EXAMPLES = [(_compiled(rule), query) for rule, query in (line.split(" : ") for line in RULES.strip().splitlines())]


def is_danger(typed: str, meant: str = "") -> bool:
    """`typed`: as it came. `meant`: with misspelt words spelt right."""
    read = forms(typed) | forms(meant)
    return bool(read & ALONE) or any(rule.search(form) for rule, _ in EXAMPLES for form in read)


def forms(text: str) -> set[str]:
    """The ways in which a text is read: as it stands, with letters for digits, and with split words joined."""
    plain = _plain(text)
    return {plain, joined(plain), _plain(re.sub(r"['’]", " ", text)), _plain(text.casefold().translate(_LETTERS))}


def joined(plain: str) -> str:
    """Words that are written apart, in one: "over dose", "o d"."""
    return re.sub(r"\b(over) (dos\w*|amp\w*)\b|\b(o) (d)\b|\b(un) (alive\w*|conscious)\b", _in_one, plain)


def _in_one(match: re.Match) -> str:
    return "".join(filter(None, match.groups()))


def _plain(text: str) -> str:
    return re.sub(r"[\W_]+", " ", re.sub(r"['’`´ʼ]", "", text.casefold())).strip()
