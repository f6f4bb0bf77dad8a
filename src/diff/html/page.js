// Filters, keys, theme. All that they are about is in the document already.

const root = document.documentElement;
const $ = (id) => document.getElementById(id);
const search = $('search');
const keys = $('keys');
const narrow = matchMedia('(max-width: 1000px)');
const dark = matchMedia('(prefers-color-scheme: dark)');
const hidden = new Set();
const number = (value) => value.toLocaleString('en-US');

/** What the browser remembers for the next page, where it may. */
const memory = {
  get(key) {
    try { return localStorage.getItem(`pyrepro-${key}`); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(`pyrepro-${key}`, value); } catch { /* files of some browsers have no storage */ }
  },
};

const members = [...$('members').children].map((item) => {
  const link = item.firstElementChild;
  const section = document.querySelector(link.getAttribute('href'));
  return { item, link, section, kind: section.dataset.kind, text: null };
});
// Members of which only the archive says something else are stops only where there are no others.
const grave = members.filter(({ kind }) => kind !== 'container');
const stops = grave.length ? grave : members;
let at = -1;

function matches(member, text) {
  member.text ??= `${member.link.textContent}\n${member.section.textContent}`.toLowerCase();
  return member.text.includes(text);
}

function refilter() {
  const text = search.value.trim().toLowerCase();
  let count = 0;
  for (const member of members) {
    const shown = !hidden.has(member.kind) && (!text || matches(member, text));
    member.item.hidden = member.section.hidden = !shown;
    count += shown;
  }
  const equal = $('equal');
  if (equal) equal.hidden = hidden.has('equal') || Boolean(text) && !equal.textContent.toLowerCase().includes(text);
  $('count').textContent = count === members.length ? number(count) : `${number(count)} of ${number(members.length)}`;
}

/** Goes to a member, and says so in the list and in the address. */
function go(member) {
  at = members.indexOf(member);
  mark();
  member.section.scrollIntoView({ block: 'start' });
  member.section.focus({ preventScroll: true });
  history.replaceState(null, '', member.link.getAttribute('href'));
}

function mark() {
  members.forEach(({ link }, place) => (place === at ? link.setAttribute('aria-current', 'true') : link.removeAttribute('aria-current')));
  members[at]?.link.scrollIntoView({ block: 'nearest' });
}

/** The next member of some in a direction. */
function seek(step, wanted) {
  for (let place = at + step; place >= 0 && place < members.length; place += step) {
    const member = members[place];
    if (!member.item.hidden && wanted.includes(member)) return go(member);
  }
}

function setTheme(theme) {
  root.dataset.theme = theme;
  $('theme').textContent = theme === 'dark' ? '☀' : '☾';
  $('theme').setAttribute('aria-label', theme === 'dark' ? 'Light colours' : 'Dark colours');
}

function turnTheme() {
  const theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
  memory.set('theme', theme);
  setTheme(theme);
}

function setView(one) {
  root.dataset.view = one ? 'one' : 'both';
  $('view').textContent = one ? 'Side by side' : 'One column';
}

const turnView = () => setView(root.dataset.view !== 'one');
const commands = {
  j: () => seek(1, members),
  k: () => seek(-1, members),
  n: () => seek(1, stops),
  p: () => seek(-1, stops),
  '/': () => search.focus(),
  Escape: () => { search.value = ''; refilter(); },
  u: turnView,
  t: turnTheme,
  '?': () => keys.showModal(),
};

const buttons = [...document.querySelectorAll('#filters button')];
buttons.forEach((button, index) => {
  button.title = `Show or hide (${index + 1})`;
  button.addEventListener('click', () => {
    const { kind } = button.dataset;
    if (!hidden.delete(kind)) hidden.add(kind);
    button.setAttribute('aria-pressed', !hidden.has(kind));
    refilter();
  });
});

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return;
  const inSearch = event.target === search;
  if (inSearch && !['Escape', 'Enter'].includes(event.key)) return;
  if (inSearch && event.key === 'Enter') {
    event.preventDefault();
    refilter();
    const first = members.find(({ item }) => !item.hidden);
    if (first) go(first);
    return;
  }
  const button = buttons[Number(event.key) - 1];
  const command = button ? () => button.click() : commands[event.key];
  if (!command) return;
  event.preventDefault();
  command();
  if (inSearch) search.blur();
});

function arrive() {
  at = members.findIndex(({ link }) => link.getAttribute('href') === location.hash);
  mark();
}

setTheme(memory.get('theme') ?? (dark.matches ? 'dark' : 'light'));
dark.addEventListener('change', () => memory.get('theme') ?? setTheme(dark.matches ? 'dark' : 'light'));
setView(narrow.matches);
narrow.addEventListener('change', () => setView(narrow.matches));
$('theme').addEventListener('click', turnTheme);
$('view').addEventListener('click', turnView);
$('help').addEventListener('click', commands['?']);
search.addEventListener('input', refilter);
addEventListener('hashchange', arrive);
root.classList.add('js');
refilter();
arrive();
