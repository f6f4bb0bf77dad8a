#!/usr/bin/env bash
# site.sh OUT
# Needs: mdbook; `cargo install --locked mdbook` gets it.
# Does: the site, of docs/ and of the pages beside README.md.
# Proves: every link from page to page leads to a page and a heading that are there; with node, that the search finds pages.
. "$(dirname "$0")/environment.sh"
need mdbook python3
out=$(realpath -m "${1:?name the folder for the site}")

mkdir -p "$work/site"
cp -r "$root/docs" "$root/book.toml" "$work/site/"
# Names that differ in more than case, for file systems that do not tell SECURITY.md from security.md.
pages=(README.md:README.md CONTRIBUTING.md:contributing.md SECURITY.md:reporting.md CHANGELOG.md:changes.md fuzz/README.md:fuzzing.md)
for page in "${pages[@]}"; do cp "$root/${page%:*}" "$work/site/docs/${page#*:}"; done
sed -i 's/](docs\//](/g; s/](\(\.\.\/\)\?fuzz\/README\.md/](fuzzing.md/g; s/](\(\.\.\/\)\?CONTRIBUTING\.md/](contributing.md/g
  s/](\(\.\.\/\)\?SECURITY\.md/](reporting.md/g; s/](\(\.\.\/\)\?CHANGELOG\.md/](changes.md/g' "$work"/site/docs/*.md
printf '\n# The project\n\n- [Contributing](contributing.md)\n- [Fuzzing](fuzzing.md)\n- [Reporting a vulnerability](reporting.md)\n- [Changes](changes.md)\n' \
  >> "$work/site/docs/SUMMARY.md"
mdbook build --dest-dir "$out" "$work/site"

python3 - "$out" <<'PYTHON'
import html, pathlib, re, sys

site = pathlib.Path(sys.argv[1])
text = {page: page.read_text() for page in site.glob("*.html")}
bad, links = [], 0
for page, content in text.items():
    for target in re.findall(r'<a\b[^>]*?\bhref="([^"]*)"', content):
        target = html.unescape(target)
        if re.match(r"[a-z]+:", target):
            continue
        links += 1
        path, _, anchor = target.partition("#")
        place = site / path if path else page
        if not place.is_file():
            bad.append(f"{page.name}: {target}: there is no such page")
        elif anchor and place in text and f'id="{anchor}"' not in text[place]:
            bad.append(f"{page.name}: {target}: there is no such heading")
print("\n".join(sorted(bad)) or f"site: {len(text)} pages, {links} links, all lead somewhere")
sys.exit(bool(bad))
PYTHON

command -v node >/dev/null || { echo "node is not here: the search was not tried"; exit 0; }
node - "$out" <<'NODE'
const fs = require("fs"), path = require("path"), vm = require("vm");
const site = process.argv[2];
const script = (beginning) => fs.readFileSync(path.join(site, fs.readdirSync(site).find((name) => name.startsWith(beginning) && name.endsWith(".js"))), "utf8");
const page = { window: { search: {} } };
page.search = page.window.search;
vm.createContext(page);
vm.runInContext(script("elasticlunr"), page);
vm.runInContext(script("searchindex"), page);
const { index, doc_urls: addresses } = page.window.search;
const search = page.elasticlunr.Index.load(index);
for (const [words, expected] of [["py3compile", "debian.html"], ["source date epoch", "build.html"], ["tampered", "rebuild.html"]]) {
  const found = search.search(words, { bool: "AND", expand: true, fields: { title: { boost: 1 }, body: { boost: 1 }, breadcrumbs: { boost: 1 } } });
  const pages = found.map(({ ref }) => addresses[ref]);
  if (!pages.some((address) => address.startsWith(expected))) {
    console.error(`FAILED: a search for "${words}" finds ${pages.length} places, and none in ${expected}`);
    process.exit(1);
  }
  console.log(`a search for "${words}": ${pages.length} places, the first ${pages[0]}`);
}
NODE
