/* oxlint-disable no-restricted-globals, no-restricted-properties -- this runs in a browser: there is no Clock to inject */
// The start page: calls in progress and the last deliveries, by the public API alone. Everything shown is set as text.

const byId = (id) => document.getElementById(id);
const board = { calls: new Map(), deliveries: [], types: new Map(), receivers: new Map() };
const mostDeliveries = 25;
const mostTypes = 2000;
const storageKey = 'offhook-token';

/** A link may hand over the token behind the #, which no browser sends anywhere; it is taken out of the address bar. */
function tokenFromAddress() {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (!token) return null;
  history.replaceState(null, '', location.pathname);
  sessionStorage.setItem(storageKey, token);
  return token;
}

let token = tokenFromAddress() ?? sessionStorage.getItem(storageKey);

class Refused extends Error {}

async function ask(path, options = {}) {
  const response = await fetch(path, { ...options, headers: { authorization: `Bearer ${token}`, ...options.headers } });
  if (response.status === 401) throw new Refused('The token is not right.');
  if (!response.ok) throw new Error(`${path} answered ${response.status}`);
  return response;
}

const get = async (path) => (await ask(path)).json();

function make(tag, className, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

const party = (one) => {
  const number = one.number ?? one.raw ?? one.kind;
  return one.name && one.name !== number ? `${one.name} (${number})` : number;
};

const clock = (time) => new Date(time).toLocaleTimeString();

function sinceText(time) {
  const seconds = Math.max(0, Math.floor((Date.now() - Date.parse(time)) / 1000));
  const rest = String(seconds % 60).padStart(2, '0');
  return `${Math.floor(seconds / 60)}:${rest}`;
}

const arrows = { inbound: 'inbound', outbound: 'outbound', internal: 'internal' };
const stateClass = { answered: 'good', held: 'wait', parked: 'wait', ringing: 'wait', queued: 'wait' };

function callCard({ call, legs, domain }) {
  const time = make('time', '', sinceText(call.startedAt));
  time.dataset.since = call.startedAt;
  const extensions = [...new Set([...legs.values()].map((leg) => leg.extension).filter(Boolean))];
  const facts = [arrows[call.direction], domain];
  if (call.queue) facts.push(`queue ${call.queue}`);
  if (extensions.length > 0) facts.push(`ext ${extensions.join(', ')}`);
  const what = make('div', 'what', make('span', stateClass[call.state] ?? '', call.state));
  what.append(...facts.map((fact) => make('span', '', fact)), time);
  return make('li', '', make('div', 'who', `${party(call.from)} → ${party(call.to)}`), what);
}

function showCalls() {
  const calls = [...board.calls.values()].sort((a, b) => b.call.startedAt.localeCompare(a.call.startedAt));
  byId('calls').replaceChildren(...calls.slice(0, 60).map(callCard));
  byId('calls-count').textContent = String(calls.length);
  byId('no-calls').hidden = calls.length > 0;
}

const outcomeClass = { delivered: 'good', failed: 'wait', cancelled: 'bad', expired: 'bad', not_encoded: 'bad' };

function deliveryRow(delivery) {
  const status = delivery.status === null ? '' : ` ${delivery.status}`;
  const event = board.types.get(delivery.seq) ?? `#${delivery.seq}`;
  return make(
    'tr',
    '',
    make('td', 'soft', clock(delivery.startedAt)),
    make('td', '', event),
    make('td', 'soft', board.receivers.get(delivery.subscription) ?? delivery.delivery),
    make('td', 'soft', delivery.attempt === 0 ? '' : String(delivery.attempt)),
    make('td', outcomeClass[delivery.outcome] ?? '', `${delivery.outcome}${status}`),
    make('td', 'soft', `${Math.round(delivery.durationMs)} ms`),
  );
}

function showDeliveries() {
  byId('deliveries').replaceChildren(...board.deliveries.map(deliveryRow));
  byId('deliveries-table').hidden = board.deliveries.length === 0;
  byId('no-deliveries').hidden = board.deliveries.length > 0;
}

const systemClass = { up: 'good', connecting: 'wait', down: 'bad', stopped: 'soft' };

function systemCard({ id, kind, state, since, problem }) {
  const what = make('div', 'what', make('span', systemClass[state] ?? '', state), make('span', '', kind));
  what.append(make('span', '', `since ${clock(since)}`));
  const card = make('li', '', make('div', 'who', id), what);
  if (problem) card.append(make('div', 'bad', problem));
  return card;
}

async function showState() {
  const [stats, connectors] = await Promise.all([get('/v1/stats'), get('/v1/connectors')]);
  const figures = [
    ['Events so far', stats.events.newest],
    ['Receivers', stats.endpoints.total],
    ['Failing receivers', stats.endpoints.open],
    ['Waiting', stats.deliveries.waiting + stats.deliveries.parked],
  ];
  byId('figures').replaceChildren(
    ...figures.map(([name, value]) =>
      make('div', '', make('dt', '', name), make('dd', '', Number(value).toLocaleString())),
    ),
  );
  byId('systems').replaceChildren(...connectors.items.map(systemCard));
  byId('no-systems').hidden = connectors.items.length > 0;
}

function takeEvent(event) {
  board.types.set(event.seq, event.type);
  if (board.types.size > mostTypes) board.types.delete(board.types.keys().next().value);
  if (!event.call) return;
  const key = `${event.domain} ${event.call.id}`;
  if (event.call.state === 'ended') {
    board.calls.delete(key);
  } else {
    const known = board.calls.get(key) ?? { legs: new Map(), domain: event.domain };
    if (event.leg) known.legs.set(event.leg.id, event.leg);
    board.calls.set(key, { ...known, call: event.call });
  }
  changed.calls = true;
}

function takeDelivery(delivery) {
  board.deliveries = [delivery, ...board.deliveries].slice(0, mostDeliveries);
  changed.deliveries = true;
}

/** Many events may come in one frame of the screen; it is drawn once. */
const changed = { calls: false, deliveries: false };
function draw() {
  if (changed.calls) showCalls();
  if (changed.deliveries) showDeliveries();
  changed.calls = false;
  changed.deliveries = false;
  for (const time of document.querySelectorAll('time[data-since]')) time.textContent = sinceText(time.dataset.since);
}

async function load() {
  const [live, deliveries, events, subscriptions] = await Promise.all([
    get('/v1/live'),
    get(`/v1/deliveries?limit=${mostDeliveries}`),
    get('/v1/events?limit=100'),
    get('/v1/subscriptions?limit=500'),
    showState(),
  ]);
  board.calls.clear();
  for (const { call, legs, domain } of live.calls) {
    board.calls.set(`${domain} ${call.id}`, { call, domain, legs: new Map(legs.map((leg) => [leg.id, leg])) });
  }
  for (const { number, name } of subscriptions.items) board.receivers.set(number, name);
  for (const { seq, type } of events.items) board.types.set(seq, type);
  board.deliveries = deliveries.items;
  showCalls();
  showDeliveries();
}

function takeFrame(frame) {
  const lines = frame.split('\n');
  const field = (name) => lines.find((line) => line.startsWith(`${name}: `))?.slice(name.length + 2);
  const data = field('data');
  if (data === undefined) return;
  const kind = field('event');
  if (kind === 'event') takeEvent(JSON.parse(data));
  if (kind === 'delivery') takeDelivery(JSON.parse(data));
}

/** EventSource can't carry a token, so the stream is read by hand. Ends when the connection does. */
async function follow() {
  const response = await ask('/v1/stream?show=events,deliveries');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  await load();
  byId('connection').textContent = 'live';
  let text = '';
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    text += value;
    const frames = text.split('\n\n');
    text = frames.pop();
    frames.forEach(takeFrame);
  }
}

const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function run() {
  byId('sign-in').hidden = true;
  byId('board').hidden = false;
  for (;;) {
    try {
      await follow();
    } catch (error) {
      if (error instanceof Refused) return signIn(error.message);
    }
    byId('connection').textContent = 'connection lost, trying again';
    await pause(2000);
  }
}

function signIn(problem = '') {
  sessionStorage.removeItem(storageKey);
  byId('connection').textContent = 'not connected';
  byId('board').hidden = true;
  byId('sign-in').hidden = false;
  byId('sign-in-problem').textContent = problem;
}

byId('sign-in').addEventListener('submit', (submitted) => {
  submitted.preventDefault();
  token = byId('token').value.trim();
  sessionStorage.setItem(storageKey, token);
  void run();
});

setInterval(draw, 250);
setInterval(() => {
  if (!byId('board').hidden) showState().catch(() => {});
}, 5000);
if (token) void run();
else signIn();
