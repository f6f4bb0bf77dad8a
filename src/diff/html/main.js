// Filters, keys, theme: what holds the page together.

const report = JSON.parse(document.getElementById('data').textContent);
const detail = document.getElementById('detail');
const search = document.getElementById('search');
const narrow = matchMedia('(max-width: 1000px)');
const dark = matchMedia('(prefers-color-scheme: dark)');
const hidden = new Set(report.equal ? [] : ['equal']);
let chosen = { overview: true };
let inOne = narrow.matches;

/** What the browser remembers for the next page, where it may. */
const memory = {
  get(key) {
    try { return localStorage.getItem(`pyrepro-${key}`); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(`pyrepro-${key}`, value); } catch { /* files of some browsers have no storage */ }
  },
};

const tree = new Tree(report, document.getElementById('tree'), (row) => {
  chosen = row;
  show();
  history.replaceState(null, '', row.overview ? '#' : `#${row.index}`);
});

function show() {
  detail.replaceChildren(...(chosen.overview ? overview(report) : memberView(chosen.member, inOne)));
  detail.scrollTop = 0;
}

function refilter() {
  const text = search.value.trim().toLowerCase();
  const matches = ({ path, path_b: other }) => path.toLowerCase().includes(text) || (other ?? '').toLowerCase().includes(text);
  tree.filter((member) => !hidden.has(member.status) && (!text || matches(member)));
  const all = report.members.length;
  document.getElementById('count').textContent = tree.count === all ? number(all) : `${number(tree.count)} of ${number(all)}`;
}

function makeFilters() {
  const filters = document.getElementById('filters');
  const bar = document.getElementById('bar');
  const kinds = Object.entries(KINDS).filter(([kind]) => report.summary[kind] > 0);
  kinds.forEach(([kind, words], index) => {
    const button = make('button', { type: 'button', class: kind, title: `Show or hide (${index + 1})` });
    button.append(make('span', { class: 'dot' }), `${words} `, make('b', {}, number(report.summary[kind])));
    button.setAttribute('aria-pressed', !hidden.has(kind));
    button.addEventListener('click', () => {
      if (!hidden.delete(kind)) hidden.add(kind);
      button.setAttribute('aria-pressed', !hidden.has(kind));
      refilter();
    });
    filters.append(button);
    const part = make('i', { class: kind, title: `${words}: ${number(report.summary[kind])}` });
    part.style.flexGrow = report.summary[kind];
    bar.append(part);
  });
  bar.setAttribute('aria-label', kinds.map(([kind, words]) => `${words}: ${report.summary[kind]}`).join(', '));
  filters.hidden = bar.hidden = kinds.length === 0;
}

function setTheme(theme) {
  document.documentElement.dataset.theme = theme;
  document.getElementById('theme').textContent = theme === 'dark' ? '☀' : '☾';
  document.getElementById('theme').setAttribute('aria-label', theme === 'dark' ? 'Light colours' : 'Dark colours');
}

function turnTheme() {
  const theme = document.documentElement.dataset.theme === 'dark' ? 'light' : 'dark';
  memory.set('theme', theme);
  setTheme(theme);
}

function setView(one) {
  inOne = one;
  document.getElementById('view').textContent = one ? 'Side by side' : 'One column';
  show();
}

const differs = (row) => row.member && row.member.status !== 'equal';
const keys = document.getElementById('keys');
const commands = {
  j: () => tree.choose(tree.at + 1),
  ArrowDown: () => tree.choose(tree.at + 1),
  k: () => tree.choose(tree.at - 1),
  ArrowUp: () => tree.choose(tree.at - 1),
  Home: () => tree.choose(0),
  End: () => tree.choose(tree.shown.length - 1),
  n: () => tree.seek(1, differs),
  p: () => tree.seek(-1, differs),
  l: () => turn(true),
  ArrowRight: () => turn(true),
  h: () => turn(false),
  ArrowLeft: () => turn(false),
  Enter: () => {
    const { folder } = tree.shown[tree.at];
    if (folder) tree.turn(tree.at, !folder.open);
    else detail.focus();
  },
  '/': () => search.focus(),
  Escape: () => tree.element.focus(),
  u: () => setView(!inOne),
  t: turnTheme,
  '?': () => keys.showModal(),
};

function turn(open) {
  const row = tree.shown[tree.at];
  if (row.folder && row.folder.open !== open) tree.turn(tree.at, open);
  else if (!open) tree.seek(-1, (other) => other.folder && other.depth < row.depth);
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const inSearch = event.target === search;
  if (inSearch && !['Escape', 'ArrowDown', 'Enter'].includes(event.key)) return;
  // Buttons have their own Enter, and what is read is scrolled with arrows.
  if (event.target.closest('button') && event.key === 'Enter') return;
  if (detail.contains(event.target) && ['ArrowDown', 'ArrowUp', 'ArrowLeft', 'ArrowRight', 'Home', 'End', 'Enter'].includes(event.key)) return;
  if (inSearch) {
    event.preventDefault();
    if (event.key === 'Escape') search.value = '';
    refilter();
    tree.element.focus();
    if (event.key !== 'Escape') tree.seek(1, (row) => row.member);
    return;
  }
  const digit = document.querySelectorAll('#filters button')[Number(event.key) - 1];
  const command = digit ? () => digit.click() : commands[event.key];
  if (!command) return;
  event.preventDefault();
  command();
});

detail.addEventListener('click', (event) => {
  const button = event.target.closest('[data-member]');
  if (!button) return;
  reveal(Number(button.dataset.member));
});

/** Chooses a member, even if the list hides it. */
function reveal(place) {
  if (tree.find(place) || !report.members[place]) return;
  search.value = '';
  const kind = report.members[place].status;
  if (hidden.has(kind)) document.querySelector(`#filters .${kind}`).click();
  tree.openAll();
  refilter();
  tree.find(place);
}

makeFilters();
document.getElementById('verdict').classList.add(report.verdict);
setTheme(memory.get('theme') ?? (dark.matches ? 'dark' : 'light'));
dark.addEventListener('change', () => memory.get('theme') ?? setTheme(dark.matches ? 'dark' : 'light'));
narrow.addEventListener('change', () => setView(narrow.matches));
document.getElementById('theme').addEventListener('click', turnTheme);
document.getElementById('view').addEventListener('click', () => setView(!inOne));
document.getElementById('help').addEventListener('click', commands['?']);
search.addEventListener('input', refilter);
refilter();
setView(inOne);
reveal(Number(location.hash.slice(1) || NaN));
tree.element.focus({ preventScroll: true });
