"""Draws a recorded terminal session as an SVG that is readable on light and on dark pages."""
import re
from xml.sax.saxutils import escape

CELL_WIDTH, LINE_HEIGHT, MARGIN = 8.4, 18, 14

# By the name of the class: on a light page, on a dark one. Each has a contrast of at least 4.5 with its background.
COLOURS = {
    'back': ('#f6f8fa', '#161b22'), 'edge': ('#d0d7de', '#30363d'), 'text': ('#1f2328', '#e6edf3'),
    'dim': ('#59636e', '#9198a1'), 'green': ('#116329', '#3fb950'), 'red': ('#cf222e', '#ff7b72'),
    'yellow': ('#7d4e00', '#d29922'), 'bold': ('#1f2328', '#ffffff')
}

# SGR codes that the program uses; 22 and 39 end them.
CODES = {'1': 'bold', '2': 'dim', '31': 'red', '32': 'green', '33': 'yellow'}

TOKEN = re.compile(r'\x1b\[([\d;?]*)([A-Za-z])|(\r|\n)|([^\x1b\r\n]+)')


class Screen:
    """Lines of (character, class); as much of a terminal as a session without full-screen programs needs."""

    def __init__(self):
        self.lines, self.column, self.style = [[]], 0, 'text'

    def write(self, text):
        for parameters, command, motion, letters in TOKEN.findall(text):
            if command == 'm':
                self.style = CODES.get(parameters, 'text')
            elif command == 'K':
                del self.lines[-1][self.column:]
            elif motion == '\r':
                self.column = 0
            elif motion == '\n':
                self.lines.append([])
            else:
                for letter in letters:
                    self.lines[-1][self.column:self.column + 1] = [(letter, self.style)]
                    self.column += 1

    def copy(self):
        return [list(line) for line in self.lines]


def screens_of(events):
    """The screen when the bar was nearest to a half, and the last one."""
    screen, best = Screen(), None
    for _, text in events:
        # A drawing begins by erasing the one before: each is looked at.
        for part in re.split(r'(?=\r\x1b\[K)', text):
            screen.write(part)
            found = re.search(r'\b(\d+)%', ''.join(letter for letter, _ in screen.lines[-1]))
            distance = abs(int(found.group(1)) - 50) if found else 100
            if best is None or distance < best[0]:
                best = (distance, screen.copy())
    return best[1], screen.copy()


def draw(screens, columns):
    """One picture: the session while the action runs, and below it what it has come to."""
    running, ended = screens
    while ended and ''.join(letter for letter, _ in ended[-1]).strip() in ('', '$'):
        ended.pop()
    lines = [*running, [('\u00b7', 'dim')] * 3, *ended[len(running) - 1:]]
    width = columns * CELL_WIDTH + 2 * MARGIN
    height = len(lines) * LINE_HEIGHT + 2 * MARGIN
    rows = [row(line, MARGIN + (at + 0.75) * LINE_HEIGHT) for at, line in enumerate(lines)]
    return f'''<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" width="{width:.0f}" role="img" aria-labelledby="title">
<title id="title">A terminal: steward run sqlite.steward/backup --follow shows a bar, then the outcome; steward show tells the history.</title>
<style>
{styles(0)}
@media (prefers-color-scheme: dark) {{
{styles(1)}
}}
text {{ font: 14px ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; white-space: pre }}
.bold {{ font-weight: bold }}
</style>
<rect class="back" x="0.5" y="0.5" width="{width - 1:.0f}" height="{height - 1}" rx="6"/>
{chr(10).join(rows)}
</svg>
'''


def styles(theme):
    fills = [f'.{name} {{ fill: {colours[theme]} }}' for name, colours in COLOURS.items() if name != 'edge']
    return '\n'.join([*fills, f'.back {{ stroke: {COLOURS["edge"][theme]} }}'])


def row(line, y):
    """A line of text; each run of one class has its own place, so that the columns hold in every font."""
    runs, column = [], 0
    for letter, style in line:
        if not runs or runs[-1][1] != style:
            runs.append([column, style, ''])
        runs[-1][2] += letter
        column += 1
    spans = ''.join(
        f'<tspan class="{style}" x="{MARGIN + at * CELL_WIDTH:.1f}" textLength="{len(text) * CELL_WIDTH:.1f}" lengthAdjust="spacingAndGlyphs">{escape(text)}</tspan>'
        for at, style, text in runs if text.strip() != '')
    return f'<text y="{y:.1f}">{spans}</text>'
