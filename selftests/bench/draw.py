# SPDX-License-Identifier: GPL-2.0
"""Drawings as SVG, without external packages."""
from math import log10
from xml.sax.saxutils import escape

WIDTH, ROW, LEFT, RIGHT, TOP = 640, 16, 100, 70, 40
COLOURS = ("#1f5f9f", "#9fbfdf")
HEAD = ('<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}" '
        'viewBox="0 0 {0} {1}" font-family="sans-serif" font-size="12">\n'
        '<rect width="{0}" height="{1}" fill="#ffffff"/>\n')


def text(x, y, words, anchor="start"):
    return (f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="{anchor}">'
            f'{escape(str(words))}</text>\n')


def rect(x, y, width, height, colour):
    return (f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.1f}" '
            f'height="{height}" fill="{colour}"/>\n')


def legend(names):
    out = ""
    for i, name in enumerate(names):
        x = LEFT + i * 160
        out += rect(x, TOP - 14, 10, 10, COLOURS[i % 2])
        out += text(x + 14, TOP - 5, name)
    return out


def write(path, height, title, body):
    with open(path, "w", encoding="ascii") as file:
        file.write(HEAD.format(WIDTH, height) + text(10, 18, title) + body +
                   "</svg>\n")


def bars(path, title, rows, names):
    """Draw bars: rows have a label and one value for each name"""
    scale = (WIDTH - LEFT - RIGHT) / max(max(values) for _, values in rows)
    body = legend(names)
    y = TOP + 4
    for label, values in rows:
        body += text(LEFT - 8, y + len(values) * ROW / 2 + 4, label, "end")
        for i, value in enumerate(values):
            body += rect(LEFT, y, value * scale, ROW - 2, COLOURS[i % 2])
            body += text(LEFT + value * scale + 4, y + 11, f"{value:.0f}")
            y += ROW
        y += 6
    write(path, y + 8, title, body)


def lines(path, title, series):
    """Draw named series of points (x, y) with a logarithmic x axis"""
    height, bottom = 300, 260
    points = [point for _, values in series for point in values]
    low, high = (log10(f(x for x, _ in points)) for f in (min, max))
    top = max(y for _, y in points)
    body = legend([name for name, _ in series])

    def place(x, y):
        return (LEFT + (log10(x) - low) / ((high - low) or 1) *
                (WIDTH - LEFT - RIGHT),
                bottom - y / top * (bottom - TOP - 20))

    for i, (_, values) in enumerate(series):
        places = [place(x, y) for x, y in values]
        path_of = " ".join(f"{x:.0f},{y:.0f}" for x, y in places)
        body += (f'<polyline points="{path_of}" fill="none" stroke-width="2" '
                 f'stroke="{COLOURS[i % 2]}"/>\n')
        for (x, y), (_, value) in zip(places, values):
            body += text(x, y - 6 if i else y + 16, value, "middle")
    for x, _ in series[0][1]:
        body += text(place(x, 0)[0], bottom + 20, x, "middle")
    write(path, height, title, body)


def grid(path, title, grids, meanings):
    """Draw named grids of cells, each a text and a colour, below each other"""
    wide, high = 58, 22
    body, y = "", TOP
    for i, (words, colour) in enumerate(meanings):
        body += rect(LEFT + i * 140, y - 14, 10, 10, colour)
        body += text(LEFT + i * 140 + 14, y - 5, words)
    for name, labels, rows in grids:
        y += 16
        body += text(10, y, name)
        for i, label in enumerate(labels):
            first, _, rest = label.partition(" ")
            body += text(LEFT + (i + 0.5) * wide, y, first, "middle")
            body += text(LEFT + (i + 0.5) * wide, y + 13, rest, "middle")
        y += 18
        for label, row in zip(labels, rows):
            body += text(LEFT - 8, y + 15, label, "end")
            for i, (words, colour) in enumerate(row):
                body += rect(LEFT + i * wide, y, wide - 2, high - 2, colour)
                body += text(LEFT + (i + 0.5) * wide - 1, y + 15, words,
                             "middle")
            y += high
        y += 10
    write(path, y, title, body)
