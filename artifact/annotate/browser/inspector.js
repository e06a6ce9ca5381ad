// One ping: when, how long, and per task how probable, and which labeling functions said what.

function inspect(page) {
  const host = document.getElementById('inspector');
  const { series, at } = page;
  if (at === null) {
    host.replaceChildren(element('p', { className: 'soft' }, 'Point at a ping: what it is, how sure that is, and who said so.'));
    return;
  }
  const head = element('p', { className: 'head' }, element('b', {}, reply(series, at)),
    ` ping ${(at + 1).toLocaleString('en')}${series.timed ? `, ${when(series, at)}` : ''}`);
  const tasks = element('div', { className: 'of-tasks' }, ...[...page.shown].map((task) => ofTask(page, task, at)));
  host.replaceChildren(head, tasks);
}

function reply(series, i) {
  return series.rttUs[i] > 0 ? `${(series.rttUs[i] / 1000).toFixed(3).replace(/\.?0+$/, '')} ms` : 'no reply';
}

function ofTask(page, task, i) {
  const { series } = page;
  const { one } = meta.tasks[task];
  const event = series.events.find((of) => of.task === task && of.begin <= i && i < of.end);
  const edit = page.edits.findLast((of) => of.task === task && of.first <= i && i <= of.last);
  const label = edit ? `${edit.label ? one : `no ${one}`}, by hand` : event ? one : `no ${one}`;
  const sure = series.sure[task];
  const title = element('p', { className: 'title' }, shape(task), ' ', element('b', {}, label),
    sure ? element('span', { className: 'soft' }, ` ${(sure[i] / 2.55).toFixed(0)} %`) : '');
  const spoken = series.votes[task].filter((vote) => said(vote, i));
  const names = (pro) => spoken.filter((vote) => vote.pro === pro).map((vote) => element('code', {}, vote.name.replace(/^lf_/, '')));
  const line = (word, found) => element('p', { className: `votes ${word}` }, element('span', {}, word), ...(found.length ? found : ['nobody']));
  return element('div', { className: `of-task task${task}` }, title, line('for', names(true)), line('against', names(false)));
}

function saidOf(page) {
  const { series, at } = page;
  const labels = [...page.shown].filter((task) => series.events.some((of) => of.task === task && of.begin <= at && at < of.end));
  const what = labels.map((task) => meta.tasks[task].one).join(', ') || 'nothing wrong';
  return `Ping ${at + 1}, ${series.timed ? `${when(series, at)}, ` : ''}${reply(series, at)}, ${what}`;
}
