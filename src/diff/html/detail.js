// What is shown of a member: facts, fields, notes, and lines side by side or in one column.

const KINDS = {
  content: 'content differs',
  meaning: 'same meaning',
  'only-a': 'only in A',
  'only-b': 'only in B',
  renamed: 'renamed',
  container: 'container only',
  equal: 'equal',
};

/** An element. What is put into it is text, never markup. */
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children.map((child) => (child instanceof Node ? child : String(child))));
  return element;
}

// Characters that are not seen or that turn the direction of what follows.
const HIDDEN = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;
const code = (character) => `\\u{${character.codePointAt(0).toString(16)}}`;
const visible = (text) => text.replace(HIDDEN, code);

/** Text whose hidden characters stand out. */
function plain(text) {
  const nodes = [];
  let from = 0;
  for (const match of text.matchAll(HIDDEN)) {
    nodes.push(text.slice(from, match.index), make('i', { class: 'odd' }, match[0] === '\r' ? '␍' : code(match[0])));
    from = match.index + match[0].length;
  }
  nodes.push(text.slice(from));
  return nodes;
}

const number = (value) => value.toLocaleString('en-US');
const bytes = (size) => `${number(size)} byte${size === 1 ? '' : 's'}`;

function overview(report) {
  const parts = [make('div', { class: 'sides' }, side('A', report.a), side('B', report.b))];
  if (report.notes?.length) parts.push(notes(report.notes, 'warn'));
  if (report.facts?.length) parts.push(titled('Container', facts(report.facts)));
  if (report.equal) parts.push(make('p', { class: 'empty' }, 'There is no difference.'));
  const differing = report.members.map((member, index) => [member, index]).filter(([{ status }]) => status !== 'equal');
  if (differing.length) parts.push(titled('Members that differ', index(differing)));
  return parts;
}

const INDEXED = 300;

/** Members that differ, each with what differs of it. */
function index(members) {
  const list = make('ul', { class: 'index' }, ...members.slice(0, INDEXED).map(([member, place]) => {
    const button = make('button', { type: 'button', class: member.status, 'data-member': place });
    button.append(make('span', { class: 'dot' }), make('span', { class: 'name' }, visible(member.path)), make('span', { class: 'why' }, why(member)));
    return make('li', {}, button);
  }));
  if (members.length <= INDEXED) return list;
  return make('div', {}, list, make('p', { class: 'soft' }, `${number(members.length - INDEXED)} more are in the list of members.`));
}

/** What differs of a member in a few words. */
function why({ status, facts, sections, path_b: other }) {
  if (status === 'renamed') return `now ${visible(other)}`;
  const names = [...new Set([...(facts ?? []).map(({ name }) => name), ...(sections ?? []).map(({ title }) => title)])];
  const told = names.filter((name) => name !== 'note');
  return visible(told.slice(0, 4).join(', ')) + (told.length > 4 ? ', …' : '') || KINDS[status];
}

function side(letter, { name, kind, size, sha256 }) {
  const what = size === undefined ? kind : `${kind}, ${bytes(size)}`;
  const parts = [make('h3', {}, letter), make('p', {}, visible(name)), make('p', { class: 'soft' }, what)];
  if (sha256) parts.push(make('p', { class: 'mono' }, `sha256 ${sha256}`));
  return make('div', { class: 'side' }, ...parts);
}

function memberView(member, inOne) {
  const path = member.path_b ? `${visible(member.path)} → ${visible(member.path_b)}` : visible(member.path);
  const head = make('div', { class: 'head' }, make('h2', {}, path), make('span', { class: `badge ${member.status}` }, KINDS[member.status]));
  head.append(make('span', { class: 'soft' }, `${member.kind}, ${sizes(member.sizes)}`));
  const parts = [head];
  if (member.facts) parts.push(titled('Said by the container', facts(member.facts)));
  for (const section of member.sections ?? []) parts.push(sectionView(section, inOne));
  if (parts.length === 1) parts.push(make('p', { class: 'empty' }, silence(member.status)));
  return parts;
}

function sizes([a, b]) {
  if (a === null || b === null) return bytes(a ?? b ?? 0);
  return a === b ? bytes(a) : `${number(a)} → ${bytes(b)}`;
}

function silence(status) {
  if (status === 'only-a') return 'B has no such member.';
  if (status === 'only-b') return 'A has no such member.';
  return status === 'equal' ? 'No difference.' : 'Nothing more was recorded.';
}

function titled(title, ...children) {
  return make('section', {}, make('h3', {}, visible(title)), ...children);
}

function sectionView({ title, kind, body }, inOne) {
  if (kind === 'notes') return notes(body);
  if (kind === 'fields') return titled(title, facts(body));
  const parts = [make('div', { class: 'scroll' }, inOne ? oneColumn(body) : sideBySide(body))];
  if (body.left_out) parts.push(make('p', { class: 'soft' }, `${number(body.left_out)} more lines are left out.`));
  return titled(title, ...parts);
}

function notes(list, kind = '') {
  return make('ul', { class: `notes ${kind}` }, ...list.map((note) => make('li', {}, ...plain(note))));
}

function facts(list) {
  const head = make('tr', {}, ...['', 'A', 'B'].map((name) => make('th', { scope: 'col' }, name)));
  const rows = list.map(({ name, a, b }) => {
    const [ours, theirs] = emphasised(a ?? '', b ?? '');
    const cell = (side, value, nodes) => make('td', { class: `value ${side}${value === null ? ' none' : ''}` }, ...nodes);
    return make('tr', {}, make('th', { scope: 'row' }, visible(name)), cell('a', a, a === null ? [] : ours), cell('b', b, b === null ? [] : theirs));
  });
  return make('div', { class: 'scroll' }, make('table', { class: 'facts' }, make('thead', {}, head), make('tbody', {}, ...rows)));
}

/** Two texts with what they do not have in common marked, if they have anything in common. */
function emphasised(a, b) {
  if (a.length === b.length && turns(a, b) <= MOST_TURNS) return [characters(a, b), characters(b, a)];
  let start = 0;
  const shorter = Math.min(a.length, b.length);
  while (start < shorter && a[start] === b[start]) start++;
  let end = 0;
  while (end < shorter - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end++;
  if (!a || !b || (start + end) * 3 < shorter) return [plain(a), plain(b)];
  const parts = (text) => {
    const middle = text.slice(start, text.length - end);
    return [...plain(text.slice(0, start)), ...(middle ? [make('mark', {}, ...plain(middle))] : []), ...plain(text.slice(text.length - end))];
  };
  return [parts(a), parts(b)];
}

// What is equal by chance, as in digests, is not worth marks.
const MOST_TURNS = 12;

/** How often two texts of a length change between equal and different. */
function turns(a, b) {
  let count = 0;
  for (let at = 1; at < a.length; at++) count += (a[at] === b[at]) !== (a[at - 1] === b[at - 1]);
  return count;
}

/** A text of the same length as another, with each character marked that is another there. */
function characters(text, other) {
  const nodes = [];
  for (let from = 0, to = 0; from < text.length; from = to) {
    const same = text[from] === other[from];
    while (to < text.length && (text[to] === other[to]) === same) to++;
    const run = plain(text.slice(from, to));
    nodes.push(...(same ? run : [make('mark', {}, ...run)]));
  }
  return nodes;
}

/** The lines of a hunk in rows: what is gone beside what is new in its place. */
function paired(hunk) {
  const rows = [];
  let [a, b] = [hunk.a, hunk.b];
  let gone = [];
  let fresh = [];
  let last = null;
  const flush = () => {
    for (let index = 0; index < Math.max(gone.length, fresh.length); index++) rows.push([gone[index], fresh[index]]);
    [gone, fresh] = [[], []];
  };
  for (const [sign, text] of hunk.lines) {
    if (sign === '\\') {
      for (const line of last ?? []) line.end = text;
      continue;
    }
    if (sign === '-') {
      if (fresh.length) flush();
      gone.push({ sign, text, number: a++ });
      last = [gone.at(-1)];
    } else if (sign === '+') {
      fresh.push({ sign, text, number: b++ });
      last = [fresh.at(-1)];
    } else {
      flush();
      rows.push([{ sign, text, number: a++ }, { sign, text, number: b++ }]);
      last = rows.at(-1);
    }
  }
  flush();
  return rows;
}

const CLASS = { '-': 'gone', '+': 'new', ' ': '' };

function cells(line, nodes, second) {
  if (!line) return [make('td', { class: `number void ${second}` }), make('td', { class: 'void' })];
  const kind = CLASS[line.sign];
  const text = make('td', { class: kind }, ...nodes);
  if (line.end) text.append(make('span', { class: 'end' }, `  ${line.end}`));
  return [make('td', { class: `number ${kind} ${second}` }, line.number), text];
}

function nodesOf([a, b]) {
  if (a && b && a.sign === '-' && b.sign === '+') return emphasised(a.text, b.text);
  return [a && plain(a.text), b && plain(b.text)];
}

function sideBySide({ hunks, numbered }) {
  const body = make('tbody');
  hunks.forEach((hunk, index) => {
    if (index > 0 || hunk.a > 1) body.append(hunkRow(hunk, numbered, 4));
    for (const row of paired(hunk)) {
      const [ours, theirs] = nodesOf(row);
      body.append(make('tr', {}, ...cells(row[0], ours, ''), ...cells(row[1], theirs, 'second')));
    }
  });
  return make('table', { class: `lines both ${numbered ? '' : 'raw'}` }, columns('number', 'text', 'number', 'text'), body);
}

function oneColumn({ hunks, numbered }) {
  const body = make('tbody');
  hunks.forEach((hunk, index) => {
    if (index > 0 || hunk.a > 1) body.append(hunkRow(hunk, numbered, 3));
    const added = [];
    const flush = () => body.append(...added.splice(0));
    for (const row of paired(hunk)) {
      const [a, b] = row;
      const [ours, theirs] = nodesOf(row);
      if (a?.sign === ' ') flush();
      if (a) body.append(oneRow(a, ours, a.number, a.sign === ' ' ? b.number : ''));
      if (b && b.sign !== ' ') added.push(oneRow(b, theirs, '', b.number));
    }
    flush();
  });
  return make('table', { class: `lines ${numbered ? '' : 'raw'}` }, columns('number', 'number', 'text'), body);
}

function oneRow(line, nodes, a, b) {
  const kind = CLASS[line.sign];
  const [, text] = cells(line, nodes, '');
  return make('tr', {}, make('td', { class: `number ${kind}` }, a), make('td', { class: `number ${kind}` }, b), text);
}

const columns = (...kinds) => make('colgroup', {}, ...kinds.map((kind) => make('col', { class: kind })));

function hunkRow(hunk, numbered, span) {
  if (!numbered) return make('tr', { class: 'hunk' }, make('td', { colspan: span }, '⋯'));
  const count = (sign) => hunk.lines.filter(([other]) => other === ' ' || other === sign).length;
  return make('tr', { class: 'hunk' }, make('td', { colspan: span }, `@@ −${hunk.a},${count('-')} +${hunk.b},${count('+')} @@`));
}
