// The members as a tree of folders, of which only the rows in view are in the page.

const ROW = 28;

/** A folder of members; a chain of folders with nothing else in them is one. */
function makeTree(members) {
  const root = { name: '', folders: new Map(), members: [] };
  members.forEach((member, index) => {
    const parts = member.path.split('/').filter(Boolean);
    let at = root;
    for (const part of parts.slice(0, -1)) {
      if (!at.folders.has(part)) at.folders.set(part, { name: part, folders: new Map(), members: [], open: true });
      at = at.folders.get(part);
    }
    at.members.push({ name: parts.at(-1) ?? '.', member, index });
  });
  return root;
}

class Tree {
  constructor(report, element, chosen) {
    this.report = report;
    this.element = element;
    this.rows = element.firstElementChild;
    this.chosen = chosen;
    this.root = makeTree(report.members);
    this.shown = [];
    this.at = 0;
    element.addEventListener('scroll', () => this.draw());
    new ResizeObserver(() => this.draw()).observe(element);
    element.addEventListener('click', (event) => {
      const row = event.target.closest('.row');
      if (row) this.click(Number(row.dataset.at));
    });
  }

  /** Lists what passes the filter; folders with nothing in them are left out. */
  filter(passes) {
    const current = this.shown[this.at];
    this.shown = [{ overview: true, depth: 0, name: 'Overview' }];
    this.count = 0;
    this.list(this.root, 0, passes);
    const same = (row) => current && (current.member ? row.member === current.member : row.folder === current.folder && row.overview === current.overview);
    this.at = Math.max(0, this.shown.findIndex(same));
    this.rows.style.height = `${this.shown.length * ROW + 8}px`;
    this.draw();
  }

  list(folder, depth, passes) {
    for (let inner of [...folder.folders.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      let name = inner.name;
      while (inner.folders.size === 1 && inner.members.length === 0) {
        inner = [...inner.folders.values()][0];
        name += `/${inner.name}`;
      }
      const place = this.shown.push({ folder: inner, depth, name }) - 1;
      const before = this.count;
      const open = inner.open;
      this.list(inner, depth + 1, passes);
      this.shown[place].count = this.count - before;
      if (this.count === before) this.shown.length = place;
      else if (!open) this.shown.length = place + 1;
    }
    for (const { name, member, index } of folder.members) {
      if (!passes(member)) continue;
      this.count += 1;
      this.shown.push({ member, index, depth, name });
    }
  }

  draw() {
    const top = this.element.scrollTop;
    const first = Math.max(0, Math.floor(top / ROW) - 10);
    const last = Math.min(this.shown.length, Math.ceil((top + this.element.clientHeight) / ROW) + 10);
    const rows = [];
    for (let at = first; at < last; at++) rows.push(this.row(at));
    this.rows.replaceChildren(...rows);
    this.element.setAttribute('aria-activedescendant', `row-${this.at}`);
  }

  row(at) {
    const { overview, folder, member, depth, name, count } = this.shown[at];
    const row = make('div', { class: 'row', id: `row-${at}`, role: 'treeitem' });
    row.dataset.at = at;
    row.style.top = `${at * ROW + 4}px`;
    row.style.paddingLeft = `${6 + depth * 14}px`;
    row.setAttribute('aria-level', depth + 1);
    row.setAttribute('aria-setsize', this.shown.length);
    row.setAttribute('aria-posinset', at + 1);
    row.setAttribute('aria-selected', at === this.at);
    row.append(make('span', { class: 'turn' }, folder ? (folder.open ? '▼' : '▶') : ''));
    if (folder) {
      row.classList.add('folder');
      row.setAttribute('aria-expanded', folder.open);
      row.append(make('span', { class: 'name' }, visible(name)), make('span', { class: 'more' }, count));
    } else if (overview) {
      row.append(make('span', { class: `dot ${this.report.verdict}` }), make('span', { class: 'name' }, name));
    } else {
      row.classList.add(member.status);
      row.title = `${visible(member.path)}: ${KINDS[member.status]}`;
      row.append(make('span', { class: 'dot' }), make('span', { class: 'name' }, visible(name)));
    }
    return row;
  }

  click(at) {
    if (this.shown[at].folder) this.turn(at, !this.shown[at].folder.open);
    this.choose(at);
  }

  turn(at, open) {
    this.shown[at].folder.open = open;
    this.at = at;
    refilter();
  }

  choose(at) {
    this.at = Math.min(Math.max(at, 0), this.shown.length - 1);
    const [top, height] = [this.at * ROW, this.element.clientHeight];
    if (top < this.element.scrollTop) this.element.scrollTop = top;
    if (top + ROW + 8 > this.element.scrollTop + height) this.element.scrollTop = top + ROW + 8 - height;
    this.draw();
    const row = this.shown[this.at];
    if (!row.folder) this.chosen(row);
  }

  /** The next row in a direction for which something is so. */
  seek(step, wanted) {
    for (let at = this.at + step; at >= 0 && at < this.shown.length; at += step) {
      if (wanted(this.shown[at])) return this.choose(at);
    }
  }

  openAll(folder = this.root) {
    folder.open = true;
    folder.folders.forEach((inner) => this.openAll(inner));
  }

  /** Chooses a member by its place in the report, wherever it is. */
  find(index) {
    const at = this.shown.findIndex((row) => row.index === index);
    if (at >= 0) this.choose(at);
    return at >= 0;
  }
}
