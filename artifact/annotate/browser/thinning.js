// M4 (Jugel et al., PVLDB 7(10), 2014): of the pings in one column of pixels the first, the last, the fastest and the
// slowest, in the order of time. The line drawn through them covers the same pixels as the line through all.

const BLOCK = 64;  // pings whose extremes are kept, so that a view of a million need not look at each

// Of each block: the first, fastest, slowest, last answered ping and the first loss (-1: none), per task the surest, and
// whether there is a gap in it.
function blocksOf(y, sure, gap) {
  const count = Math.ceil(y.length / BLOCK);
  const [from, low, high, to, lost] = Array.from({ length: 5 }, () => new Int32Array(count).fill(-1));
  const most = sure.map((of) => of && new Uint8Array(count));
  const torn = new Uint8Array(count);
  for (let i = 0; i < y.length; i++) {
    const b = Math.floor(i / BLOCK);
    if (gap[i]) torn[b] = 1;
    if (y[i] !== y[i]) { if (lost[b] < 0) lost[b] = i; continue; }
    if (from[b] < 0) from[b] = low[b] = high[b] = i;
    else if (y[i] < y[low[b]]) low[b] = i;
    else if (y[i] > y[high[b]]) high[b] = i;
    to[b] = i;
  }
  sure.forEach((of, task) => {
    for (let i = 0; of && i < of.length; i++) {
      const b = Math.floor(i / BLOCK);
      if (of[i] > most[task][b]) most[task][b] = of[i];
    }
  });
  return { from, low, high, to, lost, most, torn };
}

const inBlocks = (count, columns) => count > 2 * BLOCK * columns;

// Returns positions, and where the pen is lifted before one: behind a loss or at a gap. `column` gives a ping's column.
function thinned(series, first, last, column) {
  const { y, gap, blocks } = series;
  const at = [];
  const lifted = [];
  let of = NaN;
  let from = -1, low = -1, high = -1, to = -1;
  let up = true;
  let upAtStart = true;
  const put = () => {
    if (from < 0) return;
    const [one, other] = low < high ? [low, high] : [high, low];
    let before = -1;
    for (const i of [from, one, other, to]) {
      if (i === before) continue;
      lifted.push(before < 0 && upAtStart ? 1 : 0);
      at.push(i);
      before = i;
    }
  };
  const take = (i) => {
    const now = column(i);
    if (now !== of) {
      put();
      of = now;
      from = low = high = i;
      upAtStart = up;
    } else if (y[i] < y[low]) low = i; else if (y[i] > y[high]) high = i;
    to = i;
    up = false;
  };
  const each = (begin, end) => {
    for (let i = begin; i < end; i++) {
      if (gap[i]) up = true;
      if (y[i] === y[i]) take(i); else up = true;
    }
  };
  if (last > first && inBlocks(last - first, column(last - 1) - column(first) + 1)) {
    for (let b = Math.floor(first / BLOCK); b * BLOCK < last; b++) {
      if (blocks.torn[b]) each(b * BLOCK, Math.min((b + 1) * BLOCK, series.n));
      else if (blocks.from[b] < 0) up = true;
      else {
        const [one, other] = [blocks.low[b], blocks.high[b]].sort((p, q) => p - q);
        for (const i of [blocks.from[b], one, other, blocks.to[b]]) take(i);
      }
    }
  } else each(first, last);
  put();
  return { at, lifted };
}

// The fastest and the slowest reply from one ping to another, or null where there is none.
function extremes(series, first, last) {
  const { y, blocks } = series;
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i < last; i++) {
    const b = i / BLOCK;
    if (Number.isInteger(b) && i + BLOCK <= last) {
      if (blocks.from[b] >= 0) {
        low = Math.min(low, y[blocks.low[b]]);
        high = Math.max(high, y[blocks.high[b]]);
      }
      i += BLOCK - 1;
      continue;
    }
    if (y[i] < low) low = y[i];
    if (y[i] > high) high = y[i];
  }
  return low <= high ? [low, high] : null;
}
