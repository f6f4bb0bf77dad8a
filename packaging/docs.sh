#!/usr/bin/env bash
# Needs: python3; what site.sh needs for the site, which is left out without it.
# Proves: every link of README.md, CONTRIBUTING.md, SECURITY.md and docs/ leads to a file and a heading that are there; every page of
#   docs/ is in SUMMARY.md; and what site.sh proves of the site.
. "$(dirname "$0")/environment.sh"
need python3
python3 - "$root" <<'PYTHON'
import pathlib, re, sys

root = pathlib.Path(sys.argv[1])
pages = [root / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")] + sorted((root / "docs").glob("*.md"))
text = {page: re.sub(r"(?m)^(    |\t|```[\s\S]*?^```).*$", "", page.read_text()) for page in pages}


def anchors(page):
    found = set()
    for heading in re.findall(r"(?m)^#+ +(.*)$", page.read_text()):
        heading = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        found.add(re.sub(r"[^\w\- ]", "", heading).strip().replace(" ", "-"))
    return found


bad = []
for page in pages:
    for target in re.findall(r"\]\(([^)\s]+)\)", text[page]):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        place = (page.parent / path).resolve() if path else page
        if page.name == "SUMMARY.md" and path == "README.md":
            continue
        if not place.exists():
            bad.append(f"{page.relative_to(root)}: {target}: there is no such file")
        elif anchor and place.suffix == ".md" and anchor not in anchors(place):
            bad.append(f"{page.relative_to(root)}: {target}: there is no such heading")
listed = set(re.findall(r"\(([\w-]+\.md)\)", (root / "docs/SUMMARY.md").read_text()))
for page in sorted((root / "docs").glob("*.md")):
    if page.name not in listed | {"SUMMARY.md"}:
        bad.append(f"docs/{page.name} is not in SUMMARY.md")
print("\n".join(bad) or f"{len(pages)} pages: all links lead somewhere")
sys.exit(bool(bad))
PYTHON
"$root/packaging/site.sh" "$work/site" || [ $? = 77 ]
