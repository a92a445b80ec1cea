"""figures.py - medians, and a table of text"""
import statistics


def median(values):
    return statistics.median(values) if values else None


def number(value):
    """Three digits that count: 101, 10.1, 1.01, 0.10."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return "%.*f" % (0 if value >= 100 else 1 if value >= 10 else 2, value)


def table(heads, rows):
    """Markdown; the first two columns hold words, the others numbers."""
    cells = [[number(cell) for cell in row] for row in rows]
    widths = [max(len(row[i]) for row in [heads] + cells) for i in range(len(heads))]
    lines = []

    def add(row):
        lines.append("| " + " | ".join(cell.ljust(width) if i < 2 else cell.rjust(width)
                                       for i, (cell, width) in enumerate(zip(row, widths))) + " |")

    add(heads)
    add(["-" * width if i < 2 else "-" * (width - 1) + ":" for i, width in enumerate(widths)])
    for row in cells:
        add(row)
    return "\n".join(lines)
