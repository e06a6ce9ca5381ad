// M4 (Jugel et al., PVLDB 7(10), 2014): of the pings in one column of pixels the first, the last, the fastest and the
// slowest, in the order of time. The line drawn through them covers the same pixels as the line through all.

// Returns positions, and where the pen is lifted before one: behind a loss or at a gap. `column` gives a ping's column.
function thinned(series, first, last, column) {
  const { y, gap } = series;
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
  for (let i = first; i < last; i++) {
    if (gap[i]) up = true;
    const value = y[i];
    if (value !== value) { up = true; continue; }
    const now = column(i);
    if (now !== of) {
      put();
      of = now;
      from = low = high = i;
      upAtStart = up;
    } else if (value < y[low]) low = i; else if (value > y[high]) high = i;
    to = i;
    up = false;
  }
  put();
  return { at, lifted };
}

// The fastest and the slowest reply from one ping to another, or null where there is none.
function extremes(series, first, last) {
  let low = Infinity;
  let high = -Infinity;
  for (let i = first; i < last; i++) {
    const value = series.y[i];
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : null;
}
