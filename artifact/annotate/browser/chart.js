// The chart: uPlot draws the axes and keeps the scales, the pings are drawn here, thinned.

const FEWEST_SHOWN = 4;  // pings that a view is never narrower than
const LANE = 26;
const NARROW = 12;  // pixels

const look = {};

function readColours() {
  const style = getComputedStyle(document.documentElement);
  for (const name of ['ink', 'soft', 'line', 'paper', 'wash', 'trace', 'loss']) {
    look[name] = style.getPropertyValue(`--${name}`).trim();
  }
  look.tasks = meta.tasks.map((_, k) => style.getPropertyValue(`--task${k}`).trim());
  look.shapes = meta.tasks.map((task) => new Path2D(task.shape));
  look.font = `12px ${style.fontFamily}`;
}

function yRange(series, first, last, log) {
  const found = extremes(series, first, last);
  if (!found) return log ? [1, 10] : [0, 1];
  const [low, high] = found;
  // Losses have the foot of the chart for themselves: what was answered stays above them.
  if (log) return [low / Math.max((high / low) ** 0.16, 1.2), high * 1.25];
  const room = Math.max((high - low) * 0.08, high * 0.005, 0.01);
  return [Math.max(low - 2 * room, 0), high + room];
}

const EVEN_ROOM = 30, LOG_ROOM = 18;  // pixels from one RTT on the axis to the next, at least
const DECADES = [[1], [1, 3], [1, 2, 5], [1, 2, 3, 5, 7], [1, 2, 3, 4, 5, 6, 7, 8, 9]];

// Round RTTs between two, over so many pixels: uPlot counts up from wherever a logarithmic scale begins.
function rttTicks(low, high, pixels, log) {
  if (log) {
    const from = Math.floor(Math.log10(low));
    const decades = Array.from({ length: Math.ceil(Math.log10(high)) - from + 1 }, (_, k) => from + k);
    const choices = DECADES.map((digits) => decades.flatMap((k) => digits.map((digit) => rounded(digit * 10 ** k)))
      .filter((at) => at >= low && at <= high));
    const apart = (at, next) => pixels * Math.log(next / at) / Math.log(high / low);
    const fitting = choices.findLast((of) => of.length > 2 && of.slice(1).every((next, k) => apart(of[k], next) >= LOG_ROOM));
    if (fitting) return fitting;
  }
  return evenTicks(low, high, Math.max(Math.floor(pixels / EVEN_ROOM), 1));
}

function evenTicks(low, high, most) {
  const least = (high - low) / most;
  const power = 10 ** Math.floor(Math.log10(least));
  const step = power * [1, 2, 5, 10].find((of) => of * power >= least);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(Math.floor(high / step) - first + 1, 0) }, (_, k) => rounded((first + k) * step));
}

function rounded(value) {
  return +value.toPrecision(9);
}

function makeChart(host, lanes, page) {
  const { series } = page;
  const inView = () => [Math.max(firstFrom(series, page.view[0]) - 1, 0), Math.min(firstFrom(series, page.view[1]) + 1, series.n)];
  const tzDate = (seconds) => uPlot.tzDate(new Date(seconds * 1000), 'Etc/UTC');
  const axis = { stroke: () => look.soft, font: look.font, labelFont: look.font, ticks: { stroke: () => look.line }, grid: { stroke: () => look.line, width: 1 } };
  const plot = new uPlot({
    width: Math.max(host.clientWidth, 200),
    height: chartHeight(),
    padding: [10, 16, 0, 0],
    tzDate,
    legend: { show: false },
    cursor: { drag: { setScale: false, x: false, y: false }, points: { show: false }, y: false },
    scales: {
      x: { time: series.timed },
      y: { distr: page.log ? 3 : 1, range: () => yRange(series, ...inView(), page.log) },
    },
    axes: [
      { ...axis, space: 70, values: series.timed ? timeLabels : (_, splits) => splits.map((at) => (at % 1 ? '' : at.toLocaleString('en'))) },
      {
        ...axis, size: host.clientWidth < 500 ? 62 : 84, filter: (_, splits) => splits,
        splits: (u, _, low, high) => rttTicks(low, high, u.bbox.height / devicePixelRatio, page.log),
        values: (_, splits) => splits.map((at) => `${at.toLocaleString('en', { maximumFractionDigits: 6 })} ms`),
      },
    ],
    series: [{}, { label: 'RTT', stroke: () => look.trace, width: 1.1, points: { show: false }, paths: (u) => linePath(u, page, inView()) }],
    hooks: {
      drawClear: [(u) => drawBands(u, page)],
      draw: [(u) => { drawPings(u, page, inView()); drawMarks(u, page); drawLanes(u, lanes, page, inView()); }],
    },
  }, [series.x, series.y], host);
  plot.setScale('x', { min: page.view[0], max: page.view[1] });
  return plot;
}

// Times as the log's clock has them, of 24 hours; the day below the first of each.
function timeLabels(_, splits, axis, space, step) {
  let before = '';
  return splits.map((at) => {
    const today = day(at * 1e6);
    const time = step >= 86400 ? '' : date(at * 1e6, true).slice(11, step >= 60 ? 16 : step >= 1 ? 19 : 23);
    const text = today === before ? time : time ? `${time}\n${today}` : today;
    before = today;
    return text;
  });
}

function chartHeight() {
  return Math.round(Math.min(Math.max(innerHeight * 0.42, 220), 460));
}

// Places in canvas pixels, without uPlot's look-ups for each ping.
function placing(u, page) {
  const { left, top, width, height } = u.bbox;
  const { min, max } = u.scales.x;
  const perX = width / (max - min);
  const of = page.log ? Math.log10 : (value) => value;
  const low = of(u.scales.y.min);
  const perY = height / (of(u.scales.y.max) - low);
  return { x: (at) => left + (at - min) * perX, y: (value) => top + height - (of(value) - low) * perY, left, top, width, height, perX };
}

function linePath(u, page, [first, last]) {
  const { series } = page;
  const to = placing(u, page);
  const { at, lifted } = thinned(series, first, last, (i) => Math.floor(to.x(series.x[i])));
  const path = new Path2D();
  for (let k = 0; k < at.length; k++) {
    const px = to.x(series.x[at[k]]);
    const py = to.y(series.y[at[k]]);
    if (lifted[k]) {
      path.moveTo(px, py);
      // A reply between two losses is a dot.
      if (k + 1 === at.length || lifted[k + 1]) path.lineTo(px + 1, py);
    } else path.lineTo(px, py);
  }
  return { stroke: path, fill: null, clip: null, gaps: null, flags: 0 };
}

function clipped(u, draw) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  draw(ctx, bbox);
  ctx.restore();
}

// Stripes over rectangles, [x, y, width, height] each, all at once: a log may have thousands of gaps.
function hatched(ctx, rectangles, colour) {
  if (!rectangles.length) return;
  const left = Math.min(...rectangles.map((of) => of[0]));
  const right = Math.max(...rectangles.map((of) => of[0] + of[2]));
  const [, top, , height] = rectangles[0];
  ctx.save();
  ctx.beginPath();
  for (const of of rectangles) ctx.rect(...of);
  ctx.clip();
  ctx.strokeStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  const step = 8 * devicePixelRatio;
  ctx.beginPath();
  for (let at = Math.floor((left - height) / step) * step; at < right; at += step) {
    ctx.moveTo(at, top + height);
    ctx.lineTo(at + height, top);
  }
  ctx.stroke();
  ctx.restore();
}

// Events in view: [event, from, to] in canvas pixels.
function* eventsInView(page, to) {
  const [a, b] = page.view;
  for (const event of page.series.events) {
    const [from, until_] = spanOf(page.series, event);
    if (until_ < a || from > b) continue;
    yield [event, to.x(from), to.x(until_)];
  }
}

function drawBands(u, page) {
  const to = placing(u, page);
  clipped(u, (ctx, { left, top, width: across, height }) => {
    const gaps = [];
    let column = NaN;
    for (const [event, from, until_] of eventsInView(page, to)) {
      const width = until_ - from;
      if (event.task < 0) {
        if (width < 1 && Math.floor(from) === column) continue;
        column = Math.floor(from);
        const begin = Math.max(from, left);
        gaps.push([begin, top, Math.max(Math.min(until_, left + across) - begin, 1), height]);
        ctx.fillStyle = look.wash;
        ctx.fillRect(...gaps.at(-1));
      } else if (!event.moment && width >= 0.75 * devicePixelRatio && page.shown.has(event.task)) {
        // A narrow band is seen as well as a wide one.
        ctx.globalAlpha = width < NARROW * devicePixelRatio ? 0.5 : 0.16;
        ctx.fillStyle = look.tasks[event.task];
        ctx.fillRect(from, top, Math.max(width, 1.5 * devicePixelRatio), height);
        ctx.globalAlpha = 1;
      }
    }
    hatched(ctx, gaps, look.line);
    if (page.selected) {
      const [from, until_] = spanOf(page.series, page.selected).map(to.x);
      ctx.globalAlpha = 1;
      ctx.strokeStyle = look.ink;
      ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
      ctx.lineWidth = devicePixelRatio;
      ctx.strokeRect(from - 3, top + 1, Math.max(until_ - from, 1) + 6, height - 2);
      ctx.setLineDash([]);
    }
  });
}

function drawPings(u, page, [first, last]) {
  const { series } = page;
  const to = placing(u, page);
  const ratio = devicePixelRatio;
  clipped(u, (ctx, { top, height }) => {
    // Losses have a row of their own at the foot of the chart: one tick for each column that has any.
    ctx.fillStyle = look.loss;
    const tick = Math.max(ratio, Math.min(to.perX * series.usual * 0.6, 4 * ratio));
    let column = NaN;
    const put = (i) => {
      const px = to.x(series.x[i]);
      if (Math.floor(px) === column) return;
      column = Math.floor(px);
      ctx.fillRect(px - tick / 2, top + height - 9 * ratio, tick, 9 * ratio);
    };
    if (inBlocks(last - first, to.width)) {
      for (let b = Math.floor(first / BLOCK); b * BLOCK < last; b++) if (series.blocks.lost[b] >= 0) put(series.blocks.lost[b]);
    } else {
      for (let i = first; i < last; i++) if (series.y[i] !== series.y[i]) put(i);
    }
    if ((last - first) * 5 * ratio > to.width) return;
    ctx.fillStyle = look.trace;
    for (let i = first; i < last; i++) {
      if (series.y[i] !== series.y[i]) continue;
      ctx.beginPath();
      ctx.arc(to.x(series.x[i]), to.y(series.y[i]), 2.2 * ratio, 0, 7);
      ctx.fill();
    }
  });
}

function drawShape(ctx, task, x, y, size, outline) {
  ctx.save();
  ctx.translate(x, y);
  ctx.scale(size, size);
  ctx.fillStyle = look.tasks[task];
  ctx.fill(look.shapes[task]);
  ctx.lineWidth = 0.3;
  ctx.strokeStyle = outline;
  ctx.stroke(look.shapes[task]);
  ctx.restore();
}

// What is too short to be seen as a band gets its task's shape, at its slowest ping; one shape to every few pixels.
function drawMarks(u, page) {
  const to = placing(u, page);
  const ratio = devicePixelRatio;
  const room = 9 * ratio;
  const best = new Map();
  for (const [event, from, until_] of eventsInView(page, to)) {
    if (event.task < 0 || (until_ - from > NARROW * ratio && event.end - event.begin > 1) || !page.shown.has(event.task)) continue;
    let slowest = NaN;
    for (let i = event.begin; i < event.end; i++) if (!(page.series.y[i] <= slowest)) slowest = page.series.y[i] || slowest;
    const px = event.end - event.begin === 1 ? from : (from + until_) / 2;
    const py = event.moment ? to.top + 8 * ratio : slowest === slowest ? to.y(slowest) : to.top + to.height - 16 * ratio;
    const key = `${event.task} ${Math.floor(px / room)}`;
    if (!(best.get(key)?.py <= py)) best.set(key, { task: event.task, px, py, moment: event.moment });
  }
  clipped(u, (ctx) => {
    for (const { task, px, py, moment } of best.values()) {
      if (moment) {
        ctx.strokeStyle = look.tasks[task];
        ctx.lineWidth = 1.5 * ratio;
        ctx.beginPath();
        ctx.moveTo(px, to.top);
        ctx.lineTo(px, to.top + to.height);
        ctx.stroke();
      }
      drawShape(ctx, task, px, Math.max(py, to.top + 5 * ratio), 4.5 * ratio, look.paper);
    }
    if (page.at !== null) {
      const px = to.x(page.series.x[page.at]);
      ctx.strokeStyle = look.ink;
      ctx.lineWidth = ratio;
      ctx.beginPath();
      ctx.moveTo(px, to.top);
      ctx.lineTo(px, to.top + to.height);
      ctx.stroke();
    }
  });
}

// One lane a task: how probable (height), what is labelled (bar, or shape where it is short), what was said by hand.
function drawLanes(u, canvas, page, [first, last]) {
  const ratio = devicePixelRatio;
  const { series } = page;
  const tasks = [...page.shown];
  const width = u.width;
  canvas.style.width = `${width}px`;
  canvas.style.height = `${tasks.length * LANE}px`;
  canvas.width = width * ratio;
  canvas.height = tasks.length * LANE * ratio;
  const ctx = canvas.getContext('2d');
  const to = placing(u, page);
  tasks.forEach((task, k) => {
    const top = k * LANE * ratio;
    const foot = top + (LANE - 6) * ratio;
    ctx.fillStyle = look.wash;
    ctx.fillRect(to.left, top + 2 * ratio, to.width, (LANE - 4) * ratio);
    if (series.sure[task]) drawSure(ctx, series, task, to, [first, last], foot, (LANE - 9) * ratio);
    ctx.save();
    ctx.beginPath();
    ctx.rect(to.left, top, to.width, LANE * ratio);
    ctx.clip();
    let busy = -Infinity;
    for (const [event, from, until_] of eventsInView(page, to)) {
      if (event.task !== task) continue;
      const length = until_ - from;
      ctx.fillStyle = look.tasks[task];
      ctx.fillRect(from, foot, Math.max(length, ratio), 4 * ratio);
      const middle = (Math.max(from, to.left) + Math.min(until_, to.left + to.width)) / 2;
      if (middle - busy < 11 * ratio) continue;
      busy = middle;
      drawShape(ctx, task, middle, top + LANE * ratio / 2, 4.5 * ratio, look.paper);
    }
    for (const edit of page.edits) {
      if (edit.task !== task) continue;
      const from = to.x(series.x[edit.first]);
      const length = Math.max(to.x(until(series, edit.last + 1)) - from, 2 * ratio);
      hatched(ctx, [[from, top + 2 * ratio, length, (LANE - 4) * ratio]], look.ink);
      ctx.strokeStyle = look.ink;
      ctx.lineWidth = ratio;
      ctx.strokeRect(from, top + 2.5 * ratio, length, (LANE - 5) * ratio);
      if (edit.label) { ctx.fillStyle = look.tasks[task]; ctx.fillRect(from, foot, length, 4 * ratio); }
    }
    ctx.restore();
    drawLaneName(ctx, task, to.left, top, ratio);
  });
}

function drawSure(ctx, series, task, to, [first, last], foot, height) {
  const step = inBlocks(last - first, to.width) ? BLOCK : 1;
  const sure = step > 1 ? series.blocks.most[task] : series.sure[task];
  ctx.globalAlpha = 0.35;
  ctx.fillStyle = look.tasks[task];
  let column = -1;
  let most = 0;
  const width = Math.max(1, to.perX * (series.timed ? series.usual : 1));
  const put = () => { if (most > 2) ctx.fillRect(column, foot - (most / 255) * height, width, (most / 255) * height); };
  for (let k = Math.floor(first / step); k * step < last; k++) {
    const now = Math.floor(to.x(series.x[k * step]));
    if (now < to.left || now > to.left + to.width) continue;
    if (now !== column) { put(); column = now; most = 0; }
    if (sure[k] > most) most = sure[k];
  }
  put();
  ctx.globalAlpha = 1;
}

function drawLaneName(ctx, task, left, top, ratio) {
  ctx.font = look.font.replace('12px', `${11 * ratio}px`);
  const text = meta.tasks[task].many;
  const { width } = ctx.measureText(text);
  // Beside the lane where there is room for all of them.
  const beside = meta.tasks.every((of) => ctx.measureText(of.many).width + 6 * ratio <= left);
  if (!beside) {
    ctx.globalAlpha = 0.85;
    ctx.fillStyle = look.wash;
    ctx.fillRect(left, top + 4 * ratio, width + 10 * ratio, (LANE - 8) * ratio);
    ctx.globalAlpha = 1;
  }
  ctx.fillStyle = look.soft;
  ctx.textBaseline = 'middle';
  ctx.fillText(text, beside ? left - width - 6 * ratio : left + 5 * ratio, top + (LANE / 2) * ratio);
}
