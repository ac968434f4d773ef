"""The vocabulary of Spanish in the US, all without accents."""

from search.vocabulary import Vocabulary, table

_COMMON = """
a al algo algun alguna ante como con cual cuales cuando de del desde donde el ella en entre era es esa ese eso
esta este esto estoy fue ha hace hacer hago hay he la las le les lo los mas me mi mis mucha mucho muy no nos o
para pero por puede puedo que quien quiero se ser si sin sobre son soy dura duran tarda cuanto cuanta cuantos su
sus te tengo tiene tu un una unas uno unos ya yo y
"""
_SYNONYMS = table("""
help : ayuda
carga chiva goma manteca tecata caballo lenguazo pasta hero eroina smack dope heroin : heroina
alquitran : heroina
fenta fenty fent blues azules m30 fentanyl fentanil : fentanilo
tranq xilazina xylazine tranquilizante : xilacina
speedball : heroina
malilla malillo malilloso malias malia palida mono withdrawal dopesick guayabo : abstinencia
sindrome : abstinencia
detox desintox desintoxicarse desintoxicarme desintoxicar : desintoxicacion
rehab rehabs anexo granja : rehabilitacion
suboxone subutex suboxon subs bupe sublocade brixadi laminas buprenorphine : buprenorfina
narcan narkan narcam rivive naloxone antidoto : naloxona
vivitrol naltrexone : naltrexona
methadone metadon : metadona
lucemyra clonidine : clonidina lofexidina
xanax valium klonopin rivotril tafil ativan benzo benzodiacepinas : benzos
percs percocet vicodin oxicodona oxycontin tramal codeina morfina : opioides
overdose : sobredosis
craving cravings antojo antojos ganas ancias deseo : ansias
recaida recaer recai recayo recaidas relapse : tolerancia volver
hijo hija mama papa esposo esposa novio novia hermano hermana amigo amiga pareja padres familia familiar : ayudar
vomito vomitos vomitar vomitando basca bomito : vomitos
asco nausea : nauseas
chorro chorrillo soltura cursera diarea diarrhea : diarrea
insomnia desvelo desvelado dormir duermo : insomnio
tiemblo temblar temblorina tembladera : temblores
sudo sudar sudoracion sudores bochornos : sudor
panza barriga estomago retortijones : colicos
moco mocos moqueo nasal gripa gripe catarro : nariz
miedo nervios nervioso nerviosa panico : ansiedad
bajon triste tristeza depre deprimido deprimida llorar : depresion
enojo coraje enojado enojada rabia : irritabilidad
cansado cansada agotado agotada debil fatiga flojera : cansancio
latidos taquicardia palpitaciones : corazon
patadas patear : piernas
bostezar bostezo : bostezos
embarazada embarazo encinta prenada bebe pregnant amamantar : embarazo
jeringa jeringas aguja agujas arpon arpones : material
pica picar picarse picarme picando pico inyectar inyectarse inyectarme : inyecta material
vih sida hiv hepatitis absceso postema herida heridas : infecciones
bote tambo preso presa carcel prision jail : carcel
veterano veterana soldado militar : veteranos
seguro aseguranza medicaid medicare gratis costo cuesta cuestan pagar papeles : seguro
deportar deportan deporten deportacion deportado migra ice inmigracion inmigrante : migratoria
confidencial confidencialidad : privacidad
morado morada azul : azules sobredosis
consejero terapeuta psicologo psicologa consejeria : terapia
duele duelen : dolor
""")
_PHRASES = table(
    """
no respira, no despierta, no se despierta, no reacciona, labios morados, labios azules : sobredosis naloxona
se puso morado, se puso azul, se puso morada, esta morado, esta azul, esta morada : sobredosis naloxona
se paso de dosis, dosis de mas, muchas pastillas : sobredosis naloxona
no puedo dormir, no duermo, no duermo nada, no logro dormir : insomnio
cuerpo cortado, dolor de huesos, me duele todo, me duelen los huesos, dolor de cuerpo : dolores musculares
dolor de estomago, dolor de panza, dolor de barriga : colicos
piel chinita, carne de gallina, tengo frio : escalofrios
volver el estomago, ganas de vomitar : vomitos
ganas de consumir, ganas de usar, quiero consumir, quiero usar, me quiero drogar, quiero drogarme : ansias
piernas que no paran, mover las piernas : piernas inquietas
dama blanca, polvo blanco, alquitran negro : heroina
bola rapida : heroina
anestesia de caballo : xilacina
sin seguro, no tengo seguro, sin aseguranza, no tengo aseguranza, sin papeles, no puedo pagar : seguro
doce pasos, narcoticos anonimos : 12 pasos
sigo sin dormir, problemas de sueno : problemas dormir
volvi a usar, use otra vez, volvi a inyectarme, cuanto puedo usar, cuanto puedo consumir : tolerancia
espray nasal, spray nasal : naloxona
dejar de consumir, dejar la heroina, quiero dejarlo, quiero dejarla : desintoxicacion
test strips : tiras reactivas
se droga, es adicto, es adicta, usa drogas : familiar
me quiero limpiar, quiero limpiarme : desintoxicacion
quede sin : se me acabo
no paro de vomitar, no dejo de vomitar, no para de vomitar : vomitos
""",
    ", ",
)


#: What people call pages that are templates: whole queries, and those of several words anywhere in one, by the address
#: as search.static_pages has it.
_CALLED = table(
    """
911, 988, emergencia, sobredosis, overdose, suicidio, senales, usar narcan, usar naloxona, dar naloxona : emergency
no respira, no despierta, no se despierta, no reacciona, se ahoga, se esta ahogando, labios morados : emergency
crisis, telefonos, numeros de telefono, hablar con alguien, a quien llamar, linea de ayuda : emergency#lines
no quiero vivir, quiero morir, me quiero morir, quiero matarme, quitarme la vida : emergency#lines
embarazada y consumo : emergency#pregnant
donde estoy, en que etapa, que etapa, en que dia voy, que dia, que siente ahora : phases:now
etapas, cuanto dura, cuanto tiempo, cuantos dias, cuando se quita : phases:list
cuanto me falta, sentir mejor, se me pasa, dura la malilla, dura la abstinencia : phases:list
revision, hoja de revision, cows, sows : phases:check-in
plan, mi plan, lista : plan
tarjeta, tarjeta de bolsillo : card
comparar, comparar tratamientos, que tratamiento, cual tratamiento : treatments:compare
detox en casa, solo en casa, desintoxicarse en casa, desintoxicarme en casa : treatments:compare
llamenme, que me llamen, me pueden llamar, contacto, pedir una llamada, telefono de la clinica : callbacks:contact
historial, borrar historial, incognito, quien puede ver, version privada, esconder, ocultar : safety
privacidad, datos, privado, confidencial, es confidencial : privacy
es anonimo, anonimo, borrar mis datos, cancelar mi solicitud, cambiar mi numero : privacy
fuentes, referencias, estudios, quien escribio esto : sources
glosario, indice, diccionario, a z, de la a a la z : a-z
""",
    ", ",
)
_ANYWHERE = table("""
sobredosis emergencia suicidio overdose : emergency
ayuda help hotline : emergency#lines
embarazada prenada encinta : emergency#pregnant
""")

SPANISH = Vocabulary(
    common=_COMMON.split(),
    synonyms=_SYNONYMS,
    phrases=_PHRASES,
    #: An ending is cut only if four letters remain, as words are then matched by prefix.
    endings=r"(?<=\w{4})(amente|mente|aciones|iciones|acion|icion|ando|iendo|ados|adas|idos|idas|ado|ada|ido|ida|ar|er|ir|"
    r"as|os|es|a|o|e|s)$",
    units={"h": "horas", "hr": "horas", "hrs": "horas", "d": "dias", "sem": "semanas"},
    times=r"(hora|dia|semana|mes)(?:s|es)?",
    called=_CALLED,
    anywhere=_ANYWHERE,
    has_accents=True,
)
