"""Line plots on logarithmic axes, as SVG."""
import dataclasses
import html
import math

WIDTH, HEIGHT = 420, 320
LEFT, RIGHT, TOP, BOTTOM = 64, 16, 24, 48
COLOURS = ('#0072b2', '#d55e00', '#009e73', '#cc79a7', '#56b4e9', '#e69f00')  # Okabe and Ito: told apart by all eyes


@dataclasses.dataclass
class Panel:
    """One plot: the names of its axes, and its lines by name, each a list of (x, y) above 0."""
    x_name: str
    y_name: str
    lines: dict


@dataclasses.dataclass
class Axis:
    """Whole powers of ten around the values, from pixel `begin` to pixel `end`."""
    low: int
    high: int
    begin: float
    end: float

    @classmethod
    def around(cls, values, begin, end):
        low, high = math.floor(math.log10(min(values))), math.ceil(math.log10(max(values)))
        return cls(low, max(high, low + 1), begin, end)

    def place(self, value):
        return self.begin + (math.log10(value) - self.low) / (self.high - self.low) * (self.end - self.begin)

    def ticks(self):
        return [10.0 ** power for power in range(self.low, self.high + 1)]


def text(x, y, content, anchor='middle', more=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{html.escape(content)}</text>'


def grid(panel, across, up):
    yield f'<rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" height="{HEIGHT - TOP - BOTTOM}" fill="none" stroke="#888"/>'
    for tick in across.ticks():
        x = across.place(tick)
        yield f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#ddd"/>'
        yield text(x, HEIGHT - BOTTOM + 16, f'{tick:g}')
    for tick in up.ticks():
        y = up.place(tick)
        yield f'<path d="M{LEFT} {y:.1f}H{WIDTH - RIGHT}" stroke="#ddd"/>'
        yield text(LEFT - 6, y + 4, f'{tick:g}', 'end')
    yield text((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 12, panel.x_name)
    yield text(0, 0, panel.y_name, more=f'transform="translate(14 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)"')


def line(points, across, up, colour):
    places = [(across.place(x), up.place(y)) for x, y in points]
    yield f'<polyline fill="none" stroke="{colour}" stroke-width="2" points="' + ' '.join(
        f'{x:.1f},{y:.1f}' for x, y in places) + '"/>'
    yield from (f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>' for x, y in places)


def draw(panel):
    points = [point for line_points in panel.lines.values() for point in line_points]
    across = Axis.around([x for x, _ in points], LEFT, WIDTH - RIGHT)
    up = Axis.around([y for _, y in points], HEIGHT - BOTTOM, TOP)
    yield from grid(panel, across, up)
    for number, (name, line_points) in enumerate(panel.lines.items()):
        colour = COLOURS[number % len(COLOURS)]
        yield from line(line_points, across, up, colour)
        yield text(LEFT + 10, TOP + 18 + 16 * number, name, 'start', f'fill="{colour}"')


def svg(panels):
    """The panels side by side, as one document."""
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH * len(panels)}" height="{HEIGHT}" '
             'font-family="sans-serif" font-size="12">', '<rect width="100%" height="100%" fill="#fff"/>']
    for number, panel in enumerate(panels):
        parts += [f'<g transform="translate({WIDTH * number} 0)">', *draw(panel), '</g>']
    return '\n'.join([*parts, '</svg>', ''])
