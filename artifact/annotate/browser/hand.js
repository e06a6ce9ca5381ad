// Labels by hand: later ones stand above earlier ones, and all above those of the machine.

function labelsOf(page, task) {
  const { series } = page;
  const label = new Uint8Array(series.n);
  const byHand = new Uint8Array(series.n);
  for (const event of series.events) if (event.task === task) label.fill(1, event.begin, event.end);
  for (const edit of page.edits) {
    if (edit.task !== task) continue;
    label.fill(edit.label, edit.first, edit.last + 1);
    byHand.fill(1, edit.first, edit.last + 1);
  }
  return { label, byHand };
}

// Every ping of every task, in runs: series, task, pings from 1, times as the log's clock had them, label, by whom.
function labelLines(page) {
  const { series } = page;
  const lines = ['series,task,first_ping,last_ping,from,to,label,by'];
  meta.tasks.forEach((task, k) => {
    if (!series.sure[k] && !page.edits.some((edit) => edit.task === k)) return;
    const { label, byHand } = labelsOf(page, k);
    for (let first = 0, i = 1; i <= series.n; i++) {
      if (i < series.n && label[i] === label[first] && byHand[i] === byHand[first]) continue;
      const times = series.timed ? [when(series, first), when(series, i - 1)] : ['', ''];
      lines.push(row([series.name, task.name, first + 1, i, ...times, label[first], byHand[first] ? 'hand' : 'machine']));
      first = i;
    }
  });
  return lines;
}

function isCorrected(page, event) {
  return page.edits.some((edit) => edit.task === event.task && edit.label === 0
    && edit.first <= event.begin && edit.last >= event.end - 1);
}

function showEdits(page, remove) {
  document.getElementById('hand-none').hidden = page.edits.length > 0;
  document.getElementById('hand-list').replaceChildren(...page.edits.map((edit, k) => {
    const { one } = meta.tasks[edit.task];
    const pings = edit.first === edit.last ? `ping ${edit.first + 1}` : `pings ${edit.first + 1} to ${edit.last + 1}`;
    const time = page.series.timed ? `, ${when(page.series, edit.first)}` : '';
    const text = ` ${edit.label ? '' : 'no '}${one}: ${pings}${time} `;
    const undo = element('button', { type: 'button', onclick: () => remove(k) }, 'Undo');
    undo.setAttribute('aria-label', `Undo${text}`);
    return element('li', {}, shape(edit.task), text, undo);
  }));
}
