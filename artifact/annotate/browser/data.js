// What the file carries: one object of small things, and per series all that is as long as the series, deflated.

const meta = JSON.parse(document.getElementById('meta').textContent);

async function inflated(text) {
  const packed = Uint8Array.from(atob(text), (c) => c.charCodeAt(0));
  const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate'));
  return new Response(stream).arrayBuffer();
}

// A series with its arrays: x ascending (seconds, or numbers of pings), y in ms (NaN: no reply), breaks before pings.
async function loaded(number) {
  const given = meta.series[number];
  const bytes = await inflated(document.querySelectorAll('script.blob')[number].textContent);
  const of = (type, name) => (name in given.arrays ? new type(bytes, ...given.arrays[name]) : null);
  const rttUs = of(Int32Array, 'rtt_us');
  const n = given.pings;
  const y = new Float32Array(n);
  for (let i = 0; i < n; i++) y[i] = rttUs[i] > 0 ? rttUs[i] / 1000 : NaN;
  const sentUs = summed(of(Float64Array, 'steps_us'));
  const x = new Float64Array(n);
  for (let i = 0, last = -Infinity; i < n; i++) x[i] = last = Math.max(last, sentUs ? sentUs[i] / 1e6 : i + 1);
  const events = given.events.map(([task, begin, end, sure, bad, moment]) => ({ task, begin, end, sure, bad, moment }));
  // 1 where nothing was sent for a while before a ping.
  const gap = new Uint8Array(n + 1);
  for (const event of events) if (event.task < 0) gap[event.begin] = 1;
  const sure = meta.tasks.map((task) => of(Uint8Array, `p ${task.name}`));
  return {
    name: given.name, n, blocks: blocksOf(y, sure, gap), x, y, rttUs, sentUs, events, gap, usual: given.usual_us / 1e6 || 1, timed: given.timed,
    sure,
    votes: meta.tasks.map((task) => votesOf(given, task, of)),
    hand: given.hand.map(([task, first, last, label]) => ({ task, first, last, label })),
    whole: [x[0], sentUs ? endOf(x, given.usual_us / 1e6 || 1) : n + 1],
  };
}

function summed(steps) {
  for (let i = 1; steps && i < steps.length; i++) steps[i] += steps[i - 1];
  return steps;
}

function endOf(x, usual) {
  return x[x.length - 1] + usual;
}

function votesOf(given, task, of) {
  const prefix = `vote ${task.name} `;
  return Object.keys(given.arrays).filter((key) => key.startsWith(prefix)).map((key) => {
    const vote = key[prefix.length];
    return { name: key.slice(prefix.length + 2), pro: vote === '1', bits: of(Uint8Array, key) };
  });
}

const said = (vote, i) => (vote.bits[i >> 3] >> (i & 7)) & 1;

// The first ping at or behind a place of the x axis.
function firstFrom(series, at) {
  let low = 0;
  let high = series.n;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (series.x[middle] < at) low = middle + 1; else high = middle;
  }
  return low;
}

function nearest(series, at) {
  const behind = firstFrom(series, at);
  if (behind === 0) return 0;
  if (behind === series.n) return series.n - 1;
  return at - series.x[behind - 1] < series.x[behind] - at ? behind - 1 : behind;
}

// Where what ends before a ping was over, on the x axis.
function until(series, end) {
  const usualEnd = series.x[end - 1] + (series.timed ? series.usual : 1);
  return end === series.n || series.gap[end] ? usualEnd : Math.max(series.x[end], series.x[end - 1]);
}

// The span of an event on the x axis; a gap lies between two pings.
function spanOf(series, event) {
  if (event.begin === event.end) return [series.x[event.begin - 1], series.x[event.begin]];
  return [series.x[event.begin], event.moment ? series.x[event.begin] : until(series, event.end)];
}

function date(us, subsecond) {
  const text = new Date(us / 1000).toISOString().replace('T', ' ').replace('Z', '');
  return subsecond ? text : text.slice(0, -4);
}

function when(series, i) {
  return series.timed ? date(series.sentUs[i], series.usual < 0.5) : `ping ${(i + 1).toLocaleString('en')}`;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const day = (us) => { const at = new Date(us / 1000); return `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`; };

// As `date`, shorter: without the year, and without the day where it is that of `beside`.
function short(us, subsecond, beside) {
  const time = date(us, subsecond).slice(11);
  return beside !== undefined && day(us) === day(beside) ? time : `${day(us)} ${time}`;
}

function lasting(exactly) {
  if (exactly < 9.95 && Math.round(exactly * 10) !== Math.round(exactly) * 10) return `${exactly.toFixed(1)} s`;
  const seconds = Math.round(exactly);
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min'], [1, 's']];
  // Hours up to two days.
  let k = units.findIndex(([unit]) => seconds >= (unit === 86400 ? 2 * unit : unit));
  if (k < 0) k = 3;
  const below = k < 3 ? units[k + 1][0] : 1;
  const rest = Math.round(seconds / below) * below;
  const [unit, name] = units[k];
  const more = rest % unit;
  return `${Math.floor(rest / unit)} ${name}${more ? ` ${more / below} ${units[k + 1][1]}` : ''}`;
}

function lengthOf(series, event) {
  if (event.moment) return '';
  const [from, to] = spanOf(series, event);
  if (series.timed) return lasting(to - from);
  const pings = event.end - event.begin;
  return `${pings.toLocaleString('en')} ${pings === 1 ? 'ping' : 'pings'}`;
}

function element(tag, properties = {}, ...inside) {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...inside);
  return made;
}

function shape(task, size = 12) {
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  svg.setAttribute('viewBox', '-1.2 -1.2 2.4 2.4');
  svg.setAttribute('width', size);
  svg.setAttribute('height', size);
  svg.setAttribute('aria-hidden', 'true');
  svg.setAttribute('class', `shape task${task}`);
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('d', meta.tasks[task].shape);
  svg.append(path);
  return svg;
}

function save(name, lines) {
  const address = URL.createObjectURL(new Blob([lines.join('\n') + '\n'], { type: 'text/csv' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}

function cell(value) {
  const text = value === null || value === undefined ? '' : String(value);
  // A name from the log stays text in a spreadsheet.
  const inert = typeof value === 'string' && /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(inert) ? `"${inert.replace(/"/g, '""')}"` : inert;
}

const row = (values) => values.map(cell).join(',');
const fileName = (end) => meta.log.replace(/[^\w.-]/g, '_') + end;
