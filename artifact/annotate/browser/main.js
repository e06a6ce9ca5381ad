// What a person does, and what follows from it.

const $ = (id) => document.getElementById(id);
const page = { log: false, at: null, pinned: false, selected: null, order: 'time', listPage: 0, gaps: true, shown: new Set(), edits: [], view: [0, 1], mode: 'zoom' };
const PAPER_WIDTH = 680;  // of A4 or letter with usual margins, in CSS pixels
let plot = null;
let overview = null;
let drawn = 0;

function setView(a, b) {
  const [begin, end] = page.series.whole;
  const whole = end - begin;
  const least = Math.min(whole, FEWEST_SHOWN * (page.series.timed ? page.series.usual : 1));
  const width = Math.min(Math.max(b - a, least), whole);
  const middle = (a + b) / 2;
  const from = b - a === width ? a : middle - width / 2;
  const first = Math.min(Math.max(from, begin), end - width);
  page.view = [first, first + width];
  redraw();
}

const zoom = (by, at = (page.view[0] + page.view[1]) / 2) => setView(at - (at - page.view[0]) * by, at + (page.view[1] - at) * by);
const pan = (share) => { const by = (page.view[1] - page.view[0]) * share; setView(page.view[0] + by, page.view[1] + by); };
const whole = () => setView(...page.series.whole);

function redraw() {
  if (drawn) return;
  drawn = requestAnimationFrame(() => {
    drawn = 0;
    plot.setScale('x', { min: page.view[0], max: page.view[1] });
    overview.show();
    const width = page.view[1] - page.view[0];
    const pings = firstFrom(page.series, page.view[1]) - firstFrom(page.series, page.view[0]);
    $('span').textContent = `${page.series.timed ? `${lasting(width)}, ` : ''}${pings.toLocaleString('en')} pings`;
  });
}

function rebuild() {
  plot?.destroy();
  readColours();
  plot = makeChart($('plot'), $('lanes'), page);
  overview = makeOverview($('overview'), page, setView);
  overview.draw();
  listen(plot.over);
  redraw();
}

function look_at(i, { pinned = page.pinned, say = false } = {}) {
  page.at = i;
  page.pinned = pinned;
  inspect(page);
  plot.redraw(false);
  if (say) $('live').textContent = saidOf(page);
}

function jump(place) {
  const event = page.listed[place];
  if (!event) return;
  page.selected = event;
  const [from, to] = spanOf(page.series, event);
  const room = Math.max((to - from) * 0.75, 30 * (page.series.timed ? page.series.usual : 1));
  setView(from - room, to + room);
  look_at(Math.min(event.begin, page.series.n - 1), { pinned: true });
  document.querySelectorAll('#list tr').forEach((tr) => tr.classList.toggle('chosen', tr.querySelector('button')?.dataset.place === String(place)));
  const name = event.task < 0 ? 'Gap' : meta.tasks[event.task].one;
  $('live').textContent = `${name}, ${place + 1} of ${page.listed.length}, from ${when(page.series, Math.max(event.begin - (event.task < 0), 0))}, ${lengthOf(page.series, event)}, ${event.bad}`;
}

function neighbour(step) {
  const at = page.selected ? page.listed.indexOf(page.selected) + step : step > 0 ? 0 : page.listed.length - 1;
  if (at < 0 || at >= page.listed.length) return;
  page.listPage = Math.floor(at / ROWS);
  jump(at);
  refreshEvents();
}

function refreshEvents() {
  showEvents(page, { jump, correct: (event) => edit(event.task, event.begin, event.end - 1, 0) });
}

function edit(task, first, last, label) {
  page.edits.push({ task, first, last, label });
  afterEdit();
  $('live').textContent = `Pings ${first + 1} to ${last + 1} set by hand: ${label ? '' : 'no '}${meta.tasks[task].one}`;
}

function afterEdit() {
  showEdits(page, (k) => { page.edits.splice(k, 1); afterEdit(); });
  refreshEvents();
  inspect(page);
  plot.redraw(false);
}

// Pointers on the chart: drag by the mode, move with the finger, pinch with two, wheel, hover, click pins.
function listen(over) {
  const fingers = new Map();
  let drag = null;
  const place = (px) => plot.posToVal(px, 'x');
  const local = (event) => Math.min(Math.max(event.clientX - over.getBoundingClientRect().left, 0), over.clientWidth);
  over.onwheel = (event) => {
    event.preventDefault();
    const sideways = Math.abs(event.deltaX) > Math.abs(event.deltaY) || event.shiftKey;
    if (sideways) pan(((event.deltaX || event.deltaY) / over.clientWidth));
    else zoom(Math.exp(Math.sign(event.deltaY) * Math.min(Math.abs(event.deltaY), 120) / 400), place(local(event)));
  };
  over.ondblclick = whole;
  over.onpointerdown = (event) => {
    if (event.button > 1) return;
    over.setPointerCapture(event.pointerId);
    fingers.set(event.pointerId, local(event));
    const touch = event.pointerType === 'touch' && page.mode === 'zoom';
    const mode = event.shiftKey || event.button === 1 || touch ? 'move' : page.mode;
    drag = { mode, from: local(event), view: [...page.view], moved: false };
    if (fingers.size === 2) {
      const [a, b] = [...fingers.values()].map(place);
      drag = { mode: 'pinch', a, b, moved: true };
    }
  };
  over.onpointermove = (event) => {
    if (!drag) {
      if (!page.pinned) look_at(nearest(page.series, place(local(event))));
      return;
    }
    const now = local(event);
    if (fingers.has(event.pointerId)) fingers.set(event.pointerId, now);
    if (drag.mode === 'pinch') {
      const [p, q] = [...fingers.values()];
      if (fingers.size !== 2 || Math.abs(p - q) < 10) return;
      const per = (drag.a - drag.b) / (p - q);
      setView(drag.a - p * per, drag.a - p * per + over.clientWidth * per);
      return;
    }
    if (Math.abs(now - drag.from) > 3) drag.moved = true;
    if (!drag.moved) return;
    if (drag.mode === 'move') {
      const by = ((drag.from - now) / over.clientWidth) * (drag.view[1] - drag.view[0]);
      setView(drag.view[0] + by, drag.view[1] + by);
    } else {
      plot.setSelect({ left: Math.min(now, drag.from), width: Math.abs(now - drag.from), top: 0, height: over.clientHeight }, false);
    }
  };
  over.onpointerup = (event) => {
    fingers.delete(event.pointerId);
    const done = drag;
    drag = null;
    if (!done || done.mode === 'pinch') return;
    plot.setSelect({ left: 0, width: 0, top: 0, height: 0 }, false);
    const [a, b] = [done.from, local(event)].sort((p, q) => p - q).map(place);
    if (!done.moved) {
      const i = nearest(page.series, a);
      look_at(i, { pinned: !(page.pinned && page.at === i) });
    } else if (done.mode === 'zoom') setView(a, b);
    else if (done.mode === 'label') labelDragged(firstFrom(page.series, a), firstFrom(page.series, b) - 1);
  };
  over.onpointercancel = () => { fingers.clear(); drag = null; };
  over.onpointerleave = () => { if (!page.pinned && !drag) look_at(null); };
}

function labelDragged(first, last) {
  if (last < first) return;
  $('hand-first').value = first + 1;
  $('hand-last').value = last + 1;
  fromForm();
}

function fromForm() {
  const clamp = (value) => Math.min(Math.max(Math.round(Number(value)) || 1, 1), page.series.n);
  const [first, last] = [clamp($('hand-first').value), clamp($('hand-last').value || $('hand-first').value)].sort((a, b) => a - b);
  const label = Number(document.querySelector('[name=hand-label]:checked').value);
  edit(Number($('hand-task').value), first - 1, last - 1, label);
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const step = (by) => look_at(Math.min(Math.max((page.at ?? firstFrom(page.series, page.view[0])) + by, 0), page.series.n - 1), { pinned: true, say: true });
  const acts = {
    ArrowLeft: () => pan(-0.1), ArrowRight: () => pan(0.1), PageUp: () => pan(-0.9), PageDown: () => pan(0.9),
    ArrowUp: () => zoom(0.8), ArrowDown: () => zoom(1.25), '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2),
    Home: () => setView(page.series.whole[0], page.series.whole[0] + page.view[1] - page.view[0]),
    End: () => setView(page.series.whole[1] - page.view[1] + page.view[0], page.series.whole[1]),
    0: whole, '[': () => step(-1), ']': () => step(1), n: () => neighbour(1), p: () => neighbour(-1),
    Escape: () => { page.selected = null; look_at(null, { pinned: false }); },
  };
  if (!(event.key in acts)) return;
  event.preventDefault();
  acts[event.key]();
}

function tasksShown() {
  const boxes = meta.tasks.map((task, k) => {
    const box = element('input', { type: 'checkbox', checked: true });
    box.onchange = () => { page.shown[box.checked ? 'add' : 'delete'](k); page.shown = new Set([...page.shown].sort()); changed(); };
    return element('label', {}, box, shape(k), ` ${task.many}`);
  });
  const gaps = element('input', { type: 'checkbox', checked: true, onchange: () => { page.gaps = gaps.checked; changed(); } });
  boxes.push(element('label', {}, gaps, ' gaps'));
  $('shown').append(...boxes);
  const changed = () => { page.listPage = 0; refreshEvents(); overview.draw(); inspect(page); plot.redraw(false); };
}

async function open(number) {
  page.series = await loaded(number);
  Object.assign(page, { at: null, pinned: false, selected: null, listPage: 0, edits: page.series.hand, view: [...page.series.whole] });
  const found = extremes(page.series, 0, page.series.n);
  // Where the slowest reply would press all others to the floor, a logarithmic scale shows both.
  page.log = Boolean(found) && found[1] > 8 * found[0];
  $('log').checked = page.log;
  for (const id of ['hand-first', 'hand-last']) $(id).max = page.series.n;
  document.querySelectorAll('.summary').forEach((of) => { of.hidden = of.dataset.series !== String(number); });
  rebuild();
  inspect(page);
  showEdits(page, (k) => { page.edits.splice(k, 1); afterEdit(); });
  refreshEvents();
  document.body.dataset.ready = number;
}

function start() {
  meta.tasks.forEach((_, k) => page.shown.add(k));
  tasksShown();
  document.querySelectorAll('[name=mode]').forEach((radio) => { radio.onchange = () => { page.mode = radio.value; $('correcting').hidden = page.mode !== 'label'; $('plot').dataset.mode = page.mode; }; });
  Object.assign($('back'), { onclick: () => pan(-0.5) });
  Object.assign($('on'), { onclick: () => pan(0.5) });
  Object.assign($('in'), { onclick: () => zoom(0.5) });
  Object.assign($('out'), { onclick: () => zoom(2) });
  Object.assign($('whole'), { onclick: whole });
  $('log').onchange = () => { page.log = $('log').checked; rebuild(); };
  $('plot').onkeydown = onKey;
  $('hand-add').onclick = fromForm;
  $('order').onchange = () => { page.order = $('order').value; page.listPage = 0; refreshEvents(); };
  $('page-back').onclick = () => { page.listPage -= 1; refreshEvents(); };
  $('page-on').onclick = () => { page.listPage += 1; refreshEvents(); };
  $('list').onkeydown = (event) => {
    if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return;
    event.preventDefault();
    walk(page, event.key, refreshEvents, jump);
  };
  $('save-events').onclick = () => save(fileName('.events.csv'), eventLines(page));
  $('save-labels').onclick = () => save(fileName('.labels.csv'), labelLines(page));
  if ($('series')) $('series').onchange = () => open(Number($('series').value));
  const paper = matchMedia('print');
  const fit = () => {
    readColours();
    if (!plot) return;
    plot.setSize({ width: paper.matches ? PAPER_WIDTH : Math.max($('plot').clientWidth, 200), height: chartHeight() });
    overview.draw();
    overview.show();
  };
  matchMedia('(prefers-color-scheme: dark)').onchange = fit;
  paper.onchange = fit;
  let width = innerWidth;
  addEventListener('resize', () => { if (innerWidth !== width) { width = innerWidth; fit(); } });
  open(0);
}

// For a console, and for the tests.
globalThis.annotation = {
  get view() { return [...page.view]; },
  get series() { return page.series; },
  show: setView,
  ticks: rttTicks,
  thinned: (columns) => {
    const [a, b] = page.view;
    const [first, last] = [firstFrom(page.series, a), firstFrom(page.series, b)];
    return thinned(page.series, first, last, (i) => Math.floor(((page.series.x[i] - a) / (b - a)) * columns));
  },
};

start();
