"""Check the links between the documents: that each file and each heading that is named exists."""

from __future__ import annotations

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)(?:\s+\"[^\"]*\")?\)")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]*`", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    patterns = ("*.md", "docs/**/*.md", "packages/*/*.md", "examples/*/*.md")
    return sorted(path for pattern in patterns for path in ROOT.glob(pattern))


def anchors(path: Path) -> set[str]:
    """Return the anchors of a document's headings, spelled as code hosts do."""
    text = re.sub(r"^```.*?^```", "", path.read_text(encoding="utf-8"), flags=re.M | re.S)
    found: set[str] = set()
    for heading in re.findall(r"^#+\s+(.*?)\s*$", text, re.MULTILINE):
        base = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        name, again = base, 0
        while name in found:
            again += 1
            name = f"{base}-{again}"
        found.add(name)
    return found


def broken(path: Path) -> list[str]:
    out = []
    for link in LINK.findall(CODE.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        if not target.exists():
            out.append(f"{path.relative_to(ROOT)}: no such file: {link}")
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            out.append(f"{path.relative_to(ROOT)}: no such heading: {link}")
    return out


if __name__ == "__main__":
    found = [line for path in documents() for line in broken(path)]
    print("\n".join(found) or f"links in {len(documents())} documents lead somewhere")
    sys.exit(1 if found else 0)
