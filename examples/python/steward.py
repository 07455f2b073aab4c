"""A small client of Steward's REST API: the standard library and nothing else (Python 3.9 or newer)."""

import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid

FINAL = ('DONE', 'FAILED')


class Problem(Exception):
    """The agent has refused: RFC 9457 problem details."""

    def __init__(self, details):
        super().__init__('; '.join([details['detail'], *(f"{e['pointer']} {e['detail']}" for e in details.get('errors', []))]))
        self.code = details['type'].rsplit('/', 1)[-1]
        self.status = details['status']
        self.details = details


class Away(Exception):
    """Nobody has answered for as long as the patience lasts."""


def run(program, *args):
    """Runs a program; what goes wrong with the agent ends it with a sentence and the exit code 1."""
    try:
        program(*args)
    except Problem as problem:
        sys.exit(f'{problem.code}: {problem}')
    except Away as away:
        sys.exit(str(away))


class Steward:
    """An agent. `patience` is how many seconds one that is away, or stopping, is waited for."""

    def __init__(self, url=None, token=None, patience=None):
        self.url = (url or os.environ.get('STEWARD_URL', 'http://127.0.0.1:8000')).rstrip('/')
        self.token = token or os.environ.get('STEWARD_TOKEN')
        self.patience = float(os.environ.get('STEWARD_PATIENCE', 60)) if patience is None else patience

    def schedule(self, kind, args=None, key=None, **fields):
        """Asks for an action; when this returns, it is on disk. Repeated requests with the same key are one action."""
        # With an id, or a key, repeating after a lost answer is safe: the agent knows the request again.
        headers = {'Idempotency-Key': json.dumps(key)} if key else {}
        own_id = {} if key else {'id': str(uuid.uuid4())}
        body = {'kind': kind, **({} if args is None else {'args': args}), **own_id, **fields}
        return self._ask('POST', '/actions', body, headers)

    def wait(self, action_id):
        """The action once it has ended, however long that takes."""
        while True:
            action = self._ask('GET', f'/actions/{action_id}?wait=30s')
            if action['state'] in FINAL:
                return action

    def finish(self, action_id):
        """Waits for the end and prints it; where it FAILED, ends the program with its sentence and the exit code 1."""
        action = self.wait(action_id)
        print(action['state'], action_id, flush=True)
        if action['state'] == 'FAILED':
            sys.exit(action['state_payload']['error'])

    def cancel(self, action_id):
        """Cancels an action; raises a Problem with the status 409 when there is nothing to cancel."""
        return self._ask('POST', f'/actions/{action_id}/cancel')

    def actions(self, **filters):
        """All actions that fit, page by page: `state`, `kind`, `lane`, `requester`, `since`, `order`, `limit`."""
        cursor = {}
        while True:
            page = self._ask('GET', '/actions?' + urllib.parse.urlencode({**filters, **cursor}))
            yield from page['actions']
            if page['next'] is None:
                return
            cursor = {'cursor': page['next']}

    def events(self, last_id=None):
        """Everything that happens, for ever, as (id, event, data); after a break it goes on behind the last event."""
        while True:
            try:
                headers = {'Last-Event-ID': last_id} if last_id else {}
                # The agent sends a comment every few seconds: silence for a minute means that the connection is dead.
                with self._open('GET', '/events', None, headers, timeout=60) as stream:
                    for event_id, event, data in read_events(stream):
                        yield event_id, event, data
                        last_id = event_id or last_id
            except (OSError, http.client.HTTPException):
                pass
            except Problem as problem:
                if problem.status < 500 and problem.status != 429:
                    raise
            time.sleep(1)

    def _ask(self, method, path, body=None, headers=None):
        deadline = time.monotonic() + self.patience
        while True:
            try:
                with self._open(method, path, body, headers or {}, timeout=60) as answer:
                    return json.load(answer)
            except Problem as problem:
                if problem.status not in (429, 503) or time.monotonic() > deadline:
                    raise
            except (OSError, http.client.HTTPException) as error:
                if time.monotonic() > deadline:
                    raise Away(f'The agent at {self.url} cannot be reached: {error}') from error
            time.sleep(1)

    def _open(self, method, path, body, headers, timeout):
        data = None if body is None else json.dumps(body).encode()
        headers = {'Content-Type': 'application/json', **headers}
        if self.token:
            headers['Authorization'] = f'Bearer {self.token}'
        request = urllib.request.Request(f'{self.url}/api/v1{path}', data, headers, method=method)
        try:
            return urllib.request.urlopen(request, timeout=timeout)
        except urllib.error.HTTPError as error:
            with error:
                if error.headers.get_content_type() != 'application/problem+json':
                    raise
                raise Problem(json.load(error)) from None


def read_events(stream):
    """The events of a stream of Server-Sent Events, as far as Steward uses them."""
    fields = {}
    for raw in stream:
        line = raw.decode().rstrip('\r\n')
        if line == '' and 'data' in fields:
            yield fields.get('id'), fields.get('event', 'message'), json.loads(fields['data'])
        if line == '':
            fields = {}
        elif not line.startswith(':'):
            name, _, value = line.partition(':')
            fields[name] = value.removeprefix(' ')
