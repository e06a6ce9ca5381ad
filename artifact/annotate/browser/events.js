// The list of events: a page of them at a time, walked with the arrow keys.

const ROWS = 100;

function listed(page) {
  const found = page.series.events.filter((event) => event.task < 0 ? page.gaps : page.shown.has(event.task));
  const length = (event) => { const [from, to] = spanOf(page.series, event); return to - from; };
  if (page.order === 'long') return found.sort((one, other) => length(other) - length(one));
  if (page.order === 'sure') return found.sort((one, other) => (other.sure ?? -1) - (one.sure ?? -1));
  return found;
}

function showEvents(page, { jump, correct }) {
  page.listed = listed(page);
  const pages = Math.max(Math.ceil(page.listed.length / ROWS), 1);
  page.listPage = Math.min(Math.max(page.listPage, 0), pages - 1);
  const first = page.listPage * ROWS;
  const body = document.querySelector('#list tbody');
  const rows = page.listed.slice(first, first + ROWS).map((event, k) => eventRow(page, event, first + k, jump, correct));
  if (!rows.length) rows.push(element('tr', {}, element('td', { colSpan: 7 }, 'Nothing found.')));
  body.replaceChildren(...rows);
  const count = page.listed.length.toLocaleString('en');
  document.getElementById('page-of').textContent = pages > 1
    ? `${(first + 1).toLocaleString('en')} to ${Math.min(first + ROWS, page.listed.length).toLocaleString('en')} of ${count}` : `${count} in all`;
  document.getElementById('page-back').disabled = page.listPage === 0;
  document.getElementById('page-on').disabled = page.listPage === pages - 1;
}

function eventRow(page, event, place, jump, correct) {
  const { series } = page;
  const isGap = event.task < 0;
  const name = isGap ? 'gap' : meta.tasks[event.task].one;
  const go = element('button', { type: 'button', className: 'go', onclick: () => jump(place) }, isGap ? '' : shape(event.task), ` ${name}`);
  go.dataset.place = place;
  const first = isGap ? event.begin - 1 : event.begin;
  const from = series.timed ? short(series.sentUs[first], series.usual < 0.5) : (first + 1).toLocaleString('en');
  const to = event.moment ? '' : series.timed ? short(endUs(series, event), series.usual < 0.5, series.sentUs[first])
    : event.end.toLocaleString('en');
  const cells = [from, to, lengthOf(series, event), event.bad].map((text) => element('td', {}, text));
  const sure = element('td', { className: 'n' }, event.sure === null ? '' : event.sure.toFixed(2));
  const yours = element('td', { className: 'screen' });
  if (!isGap) {
    const wrong = isCorrected(page, event);
    const button = element('button', { type: 'button', disabled: wrong, onclick: () => correct(event) }, wrong ? 'corrected' : 'wrong');
    button.setAttribute('aria-label', `${wrong ? 'corrected' : 'wrong'}: ${name}, ${from}`);
    yours.append(button);
  }
  const made = element('tr', { className: event === page.selected ? 'chosen' : '' }, element('th', { scope: 'row' }, go), ...cells, sure, yours);
  return made;
}

function endUs(series, event) {
  if (event.begin === event.end) return series.sentUs[event.begin];
  const last = series.sentUs[event.end - 1];
  return event.end === series.n || series.gap[event.end] ? last + series.usual * 1e6 : Math.max(series.sentUs[event.end], last);
}

function eventLines(page) {
  const { series } = page;
  const lines = ['series,what,from,to,first_ping,last_ping,probability,how_bad'];
  for (const event of listed(page)) {
    const isGap = event.task < 0;
    const [first, last] = isGap ? [event.begin - 1, event.begin] : [event.begin, event.end - 1];
    const from = series.timed ? when(series, first) : '';
    const to = series.timed && !event.moment ? date(endUs(series, event), series.usual < 0.5) : '';
    lines.push(row([series.name, isGap ? 'gap' : meta.tasks[event.task].name, from, to, first + 1, last + 1, event.sure, event.bad]));
  }
  return lines;
}

// Arrow keys go from one event to the next, over the ends of a page too.
function walk(page, key, refresh, jump) {
  const step = { ArrowDown: 1, ArrowUp: -1 }[key];
  const place = Number(document.activeElement?.dataset?.place ?? -1) + step;
  if (place < 0 || place >= page.listed.length) return;
  page.listPage = Math.floor(place / ROWS);
  jump(place);
  refresh();
  document.querySelector(`#list button[data-place="${place}"]`)?.focus();
}
