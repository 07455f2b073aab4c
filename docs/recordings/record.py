#!/usr/bin/env python3
"""Records `steward run --follow` on a real backup: docs/recordings/backup.cast and docs/images/run-follow.svg.

Starts an agent in a temporary folder beside an SQLite database of some 100 MB, and types the commands into a shell in a
pseudo-terminal. The recording is in the form of asciinema (https://docs.asciinema.org/manual/asciicast/v2/):
`asciinema play docs/recordings/backup.cast`. Needs `npm run build`, and nothing but Python's standard library.
"""
import fcntl
import json
import os
import pathlib
import pty
import re
import select
import signal
import socket
import sqlite3
import struct
import subprocess
import sys
import tempfile
import termios
import time
import urllib.request

from picture import draw, screens_of

ROOT = pathlib.Path(__file__).resolve().parents[2]
CAST = ROOT / 'docs/recordings/backup.cast'
PICTURE = ROOT / 'docs/images/run-follow.svg'
COLUMNS, ROWS = 88, 30
PROMPT = '$ '


def make_database(path):
    """Some 100 MB that do not compress, in one table."""
    database = sqlite3.connect(path)
    database.execute('pragma journal_mode = wal')
    database.execute('create table orders (id integer primary key, note blob)')
    with database:
        database.executemany('insert into orders (note) values (?)', ((os.urandom(4000),) for _ in range(25_000)))
    database.close()


def start_agent(folder):
    """The agent's process, and its URL as soon as it is ready."""
    with socket.socket() as probe:
        probe.bind(('127.0.0.1', 0))
        port = probe.getsockname()[1]
    command = ['node', str(ROOT / 'dist/main.js'), 'serve', '--bind', f'127.0.0.1:{port}']
    agent = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    url = f'http://127.0.0.1:{port}'
    for _ in range(200):
        try:
            urllib.request.urlopen(f'{url}/readyz', timeout=1).close()
            return agent, url
        except OSError:
            time.sleep(0.1)
    raise SystemExit('the agent does not become ready')


class Session:
    """A shell in a pseudo-terminal, and what it writes when."""

    def __init__(self, folder, env):
        self.events = []
        self.began = time.monotonic()
        self.pid, self.terminal = pty.fork()
        if self.pid == 0:
            fcntl.ioctl(1, termios.TIOCSWINSZ, struct.pack('HHHH', ROWS, COLUMNS, 0, 0))
            os.chdir(folder)
            os.execvpe('sh', ['sh'], env)
        self.read_until(lambda text: text.endswith(PROMPT))

    def read_until(self, is_enough):
        """What it writes until that is enough."""
        text = ''
        while not is_enough(text):
            if not select.select([self.terminal], [], [], 60)[0]:
                raise SystemExit(f'the session stands still:\n{text}')
            part = os.read(self.terminal, 65536).decode()
            self.events.append((time.monotonic() - self.began, part))
            text += part
        return text

    def run(self, command):
        """Types a command as a person does; what it prints."""
        for character in command:
            os.write(self.terminal, character.encode())
            self.read_until(lambda text: len(text) > 0)
            time.sleep(0.03)
        time.sleep(0.3)
        os.write(self.terminal, b'\n')
        printed = self.read_until(lambda text: text.endswith(PROMPT))
        time.sleep(1)
        return printed

    def close(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def record(folder):
    (folder / 'data').mkdir()
    make_database(folder / 'data/app.db')
    agent, url = start_agent(folder)
    try:
        program = folder / 'steward'
        program.write_text(f'#!/bin/sh\nexec node {ROOT}/dist/main.js "$@"\n')
        program.chmod(0o755)
        path = f'{folder}{os.pathsep}{os.environ["PATH"]}'
        env = {'PATH': path, 'HOME': str(folder), 'TERM': 'xterm-256color', 'PS1': PROMPT, 'STEWARD_URL': url}
        session = Session(folder, env)
        printed = session.run('steward run sqlite.steward/backup --follow')
        session.run(f'steward show {re.search(r"[0-9a-f]{8}-[0-9a-f]{4}", printed).group()}')
        session.close()
        return session.events
    finally:
        agent.send_signal(signal.SIGTERM)
        agent.wait()


def main():
    with tempfile.TemporaryDirectory() as folder:
        events = record(pathlib.Path(folder))
    header = {'version': 2, 'width': COLUMNS, 'height': ROWS, 'title': 'steward run --follow'}
    lines = [header, *([round(at, 3), 'o', text] for at, text in events)]
    CAST.write_text(''.join(json.dumps(line, ensure_ascii=False) + '\n' for line in lines))
    PICTURE.parent.mkdir(exist_ok=True)
    PICTURE.write_text(draw(screens_of(events), COLUMNS))


if __name__ == '__main__':
    sys.exit(main())
