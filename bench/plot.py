"""plot.py - bars on a logarithmic scale, as SVG"""
import math
from xml.sax.saxutils import escape

import figures

WIDTH = 860
LEFT = 300			# room for the names
RIGHT = 70			# and for the numbers behind the bars
ROW = 24
HEAD = 46
COLOURS = {"steelyard": "#1a7f5a", "steelyardd": "#1a7f5a"}
OTHERS = "#8a8f98"


def text(x, y, words, more=""):
    return '<text x="%.1f" y="%.1f" %s>%s</text>' % (x, y, more, escape(words))


def panel(top, title, bars, least, most):
    """The lines of one panel, from (name, value) pairs, and where it ends."""
    scale = (WIDTH - LEFT - RIGHT) / (math.log10(most) - math.log10(least))
    bottom = top + HEAD + ROW * len(bars)
    lines = [text(12, top + 20, title, 'font-weight="bold"')]
    for power in range(round(math.log10(least)), round(math.log10(most)) + 1):
        x = LEFT + (power - math.log10(least)) * scale
        lines.append('<line x1="%.1f" y1="%d" x2="%.1f" y2="%d" stroke="#d8dade"/>' % (x, top + HEAD - 4, x, bottom))
        lines.append(text(x, top + HEAD - 8, "%g" % 10 ** power, 'text-anchor="middle" fill="#666" font-size="11"'))
    for i, (name, value) in enumerate(bars):
        y = top + HEAD + ROW * i
        long = max(1.0, (math.log10(value) - math.log10(least)) * scale)
        colour = COLOURS.get(name.split(",")[0], OTHERS)
        lines.append(text(LEFT - 8, y + 15, name, 'text-anchor="end"'))
        lines.append('<rect x="%d" y="%d" width="%.1f" height="%d" fill="%s"/>' % (LEFT, y + 3, long, ROW - 8, colour))
        lines.append(text(LEFT + long + 5, y + 15, figures.number(value), 'font-size="12"'))
    return lines, bottom + 14


def bars(panels):
    """An SVG of the panels [(title, [(name, value), ...])], all on one scale; values are above 0."""
    values = [value for _, pairs in panels for _, value in pairs]
    least = 10.0 ** math.floor(math.log10(min(values)))
    most = 10.0 ** max(math.ceil(math.log10(max(values))), math.floor(math.log10(min(values))) + 1)
    lines = []
    height = 8
    for title, pairs in panels:
        more, height = panel(height, title, pairs, least, most)
        lines += more
    return "\n".join(['<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" font-family="sans-serif" '
                      'font-size="13">' % (WIDTH, height), '<rect width="100%" height="100%" fill="white"/>',
                      *lines, "</svg>", ""])
