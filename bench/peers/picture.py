"""A picture of rates as bars: readable on light and on dark paper, and, by its title, without eyes."""

import math
from xml.sax.saxutils import escape

WIDTH, LABELS, NUMBERS, ROW, TOP, BAR = 900, 370, 70, 30, 44, 18
STYLE = """
text { font: 14px system-ui, sans-serif; fill: #1f2933; }
.axis { font-size: 12px; fill: #52606d; }
.own text, text.own { font-weight: 600; }
.bar { fill: #7b8794; }
.own .bar { fill: #0b6e63; }
.line { stroke: #cbd2d9; }
.paper { fill: #ffffff; }
@media (prefers-color-scheme: dark) {
  text { fill: #e4e7eb; }
  .axis { fill: #b0bac5; }
  .bar { fill: #8795a6; }
  .own .bar { fill: #4fc3b0; }
  .line { stroke: #3e4c59; }
  .paper { fill: #14191f; }
}
"""


def picture(rates: dict[str, float], title: str, own: str) -> str:
    """An SVG. `title` is XML already. Bars whose names begin with `own` stand out. The scale is logarithmic: each line
    is ten times the one before."""
    lowest = 10 ** math.floor(math.log10(min(rates.values()) / 1.5))
    highest = 10 ** math.ceil(math.log10(max(rates.values())))
    height = TOP + ROW * len(rates) + 12
    room = WIDTH - LABELS - NUMBERS

    def across(value: float) -> float:
        return LABELS + room * math.log(value / lowest) / math.log(highest / lowest)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-labelledby="title">',
        f'<title id="title">{title}</title>',
        f"<style>{STYLE}</style>",
        f'<rect class="paper" width="{WIDTH}" height="{height}" rx="8"/>',
        '<text class="axis" x="16" y="24">requests a second (logarithmic)</text>',
    ]
    step = lowest
    while step <= highest:
        x = across(step)
        parts.append(f'<line class="line" x1="{x:.1f}" x2="{x:.1f}" y1="{TOP - 10}" y2="{height - 10}"/>')
        parts.append(f'<text class="axis" x="{x:.1f}" y="24" text-anchor="middle">{step:,}</text>')
        step *= 10
    for number, (name, value) in enumerate(rates.items()):
        y, end = TOP + ROW * number, across(value)
        parts += [
            '<g class="own">' if name.startswith(own) else "<g>",
            f'<text x="{LABELS - 10}" y="{y + 14}" text-anchor="end">{escape(name)}</text>',
            f'<rect class="bar" x="{LABELS}" y="{y}" width="{end - LABELS:.1f}" height="{BAR}" rx="2"/>',
            f'<text x="{end + 8:.1f}" y="{y + 14}">{value:,.0f}</text>',
            "</g>",
        ]
    return "\n".join([*parts, "</svg>", ""])
