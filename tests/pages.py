"""The pages a reader can open, one list for everything that goes through them all."""

READING = [
    "/",
    "/phases/",
    "/phases/initial-withdrawal/",
    "/phases/peak-withdrawal/",
    "/phases/post-acute-withdrawal/",
    "/phases/now/",
    "/phases/now/check-in/",
    "/symptoms/",
    "/symptoms/nausea-and-vomiting/",
    "/plan/",
    "/treatments/",
    "/treatments/compare/",
    "/treatments/methadone/",
    "/articles/",
    "/articles/topics/staying-safe/",
    "/articles/the-first-72-hours/",
    "/search/?q=withdrawl",
    "/emergency/",
    "/contact/",
    "/about/",
    "/reviewers/",
    "/privacy/",
    "/what-we-keep/",
    "/accessibility/",
    "/safety/",
    "/card/",
    "/a-z/",
    "/sources/",
    "/sources/acog-711/",
    "/data/",
    "/feedback/",
]
#: One of each kind that Spanish could break: long words, its own pictures, and the form.
SPANISH = ["/es/", "/es/emergencia/", "/es/etapas/primeras-horas/", "/es/contacto/"]
MISSING = "/no-such-page/"
#: Of pages of one kind, one is enough where each look is slow.
KINDS = [
    path
    for path in READING
    if path not in {"/phases/initial-withdrawal/", "/phases/post-acute-withdrawal/", "/articles/topics/staying-safe/"}
]
