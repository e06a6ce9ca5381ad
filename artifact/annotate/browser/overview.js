// The whole log in a strip: a window in it that is moved, widened, or drawn anew.

function makeOverview(host, page, setView) {
  const canvas = host.querySelector('canvas');
  const pane = host.querySelector('#window');
  const { series } = page;
  const [begin, end] = series.whole;
  const pixel = (at) => ((at - begin) / (end - begin)) * host.clientWidth;
  const place = (px) => begin + (px / host.clientWidth) * (end - begin);

  function draw() {
    const ratio = devicePixelRatio;
    const width = host.clientWidth * ratio;
    const height = host.clientHeight * ratio;
    canvas.width = width;
    canvas.height = height;
    const ctx = canvas.getContext('2d');
    const found = extremes(series, 0, series.n) ?? [1, 1];
    const of = (value) => Math.log(value);
    const [low, high] = [of(found[0]), of(found[1] * 1.05)];
    const column = (i) => Math.floor(pixel(series.x[i]) * ratio);
    const y = (value) => height - ((of(value) - low) / (high - low || 1)) * (height * 0.8) - height * 0.12;
    for (const event of series.events) {
      if (event.task >= 0 && !page.shown.has(event.task)) continue;
      const [from, to] = spanOf(series, event).map((at) => pixel(at) * ratio);
      ctx.fillStyle = event.task < 0 ? look.line : look.tasks[event.task];
      ctx.globalAlpha = event.task < 0 ? 1 : 0.75;
      if (event.task < 0) ctx.fillRect(from, 0, Math.max(to - from, 1), height);
      else ctx.fillRect(from, height - 3 * ratio, Math.max(to - from, ratio), 3 * ratio);
    }
    ctx.globalAlpha = 1;
    ctx.strokeStyle = look.trace;
    ctx.lineWidth = ratio * 0.8;
    ctx.beginPath();
    const { at, lifted } = thinned(series, 0, series.n, column);
    at.forEach((i, k) => ctx[lifted[k] ? 'moveTo' : 'lineTo'](pixel(series.x[i]) * ratio, y(series.y[i])));
    ctx.stroke();
  }

  function show() {
    const [a, b] = page.view.map(pixel);
    pane.style.left = `${a}px`;
    pane.style.width = `${Math.max(b - a, 2)}px`;
  }

  host.onpointerdown = (down) => {
    if (down.button) return;
    host.setPointerCapture(down.pointerId);
    const zero = host.getBoundingClientRect().left;
    const start = place(down.clientX - zero);
    const [a, b] = page.view;
    const near = ((down.pointerType === 'touch' ? 20 : 8) / host.clientWidth) * (end - begin);
    const isWhole = b - a >= (end - begin) * 0.999;
    // Near an edge that edge moves, inside the window all of it, elsewhere a new one begins.
    const grip = Math.abs(start - a) < near && !isWhole ? 'left' : Math.abs(start - b) < near && !isWhole ? 'right'
      : start > a && start < b && !isWhole ? 'move' : 'new';
    host.onpointermove = (move) => {
      const now = place(move.clientX - zero);
      if (grip === 'move') setView(a + now - start, b + now - start);
      else if (grip === 'left') setView(Math.min(now, b), b);
      else if (grip === 'right') setView(a, Math.max(now, a));
      else if (Math.abs(now - start) > (2 / host.clientWidth) * (end - begin)) setView(Math.min(start, now), Math.max(start, now));
    };
    host.onpointerup = host.onpointercancel = () => { host.onpointermove = null; };
  };
  return { draw, show };
}
