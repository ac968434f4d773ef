"""Over a thousand texts that would run, load, lead, imitate or break something if a page believed them."""

from itertools import product

from tests.hostile import parts


def texts() -> list[str]:
    """Return all of them, each once."""
    all_of_them = [link.format(scheme) for link, scheme in product(parts.LINKS, parts.SCHEMES)]
    all_of_them += parts.SCHEMES
    all_of_them += [
        carrier.format(handler, parts.RUNS[index % len(parts.RUNS)])
        for index, (carrier, handler) in enumerate(product(parts.CARRIERS, parts.HANDLERS))
    ]
    for tag in parts.TAGS:
        all_of_them += [
            f"<{tag} src=//evil.example/x>alert(1)</{tag}>",
            f"<{tag}/href='javascript:alert(1)'",
            f"</{tag}>",
        ]
        all_of_them += [
            f"<{tag.upper()} http-equiv=refresh content='0;url=//evil.example' action=//evil.example>",
            f"< {tag}>",
        ]
    for name in parts.IDS:
        all_of_them += [
            f"## {name}",
            f"<a id={name} name={name}>x</a>",
            f"# x {{#{name}}}",
            f"<form id={name}><input name={name}>",
        ]
    all_of_them += [text.format(*[run] * 2) for text, run in product(parts.MUTATIONS, parts.RUNS[:3])]
    all_of_them += [
        *parts.TEMPLATES,
        *(f"## {text}" for text in parts.TEMPLATES),
        *(f"[{text}]({text})" for text in parts.TEMPLATES),
    ]
    all_of_them += [
        wrap.format(style) for wrap, style in product(["<p style='{}'>x", "<style>{}</style>", "{}"], parts.STYLES)
    ]
    all_of_them += [f"a{control}<script{control}>alert(1)</script>" for control in parts.CONTROLS]
    all_of_them += [f"{mark}gpj.exe [te{mark}xt](/x{mark}y) 911{mark}119" for mark in parts.BIDI]
    all_of_them += [
        *parts.FOLDING,
        *(f"## {word}\n\n{word.upper()} {word.lower()} opioid {word}" for word in parts.FOLDING),
    ]
    all_of_them += [markup.format(inner) for markup, inner in product(parts.MARKUP, parts.INNERS)]
    all_of_them += [
        *parts.STASHED,
        *(
            entity.format(run)
            for entity, run in product(parts.ENTITIES, ["script", "img src=x onerror=alert(1)", "/script"])
        ),
    ]
    all_of_them += [text.format(*[run] * 5) for text, run in product(parts.POLYGLOTS, parts.RUNS[:4])]
    return list(dict.fromkeys(all_of_them))
