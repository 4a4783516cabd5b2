"""Pages of the documentation's site that are made when it is built: hooks of mkdocs.

The reference of everything public, from its docstrings; and the documents that stand beside the
code in the repository, such as the example plugin's README.
"""

from __future__ import annotations

import ast
import re
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).resolve().parent.parent
CORE = ROOT / "packages" / "iio-core" / "src" / "iio_core"
# A link out of docs/, to a document that has a place on the site too.
OUTSIDE = re.compile(r"\]\((?P<up>(?:\.\./)+)(?P<path>(?:examples|packages)/[^)]+\.md)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that have no file in docs/."""
    files.append(File.generated(config, "reference/python.md", content=python_reference()))
    for document in sorted(ROOT.glob("examples/*/README.md")):
        files.append(
            File.generated(
                config,
                document.relative_to(ROOT).as_posix(),
                content=document.read_text(encoding="utf-8"),
            )
        )
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Point links to documents of the repository to their pages."""
    depth = page.file.src_uri.count("/")

    def inside(found: re.Match[str]) -> str:
        if found["up"].count("..") <= depth:  # it stays inside of docs/
            return found[0]
        return f"]({'../' * depth}{found['path']}"

    return OUTSIDE.sub(inside, markdown)


def python_reference() -> str:
    """Return a page with the docstring of every public name of core."""
    return "\n".join(
        [
            "# Everything, from its docstrings",
            "",
            "The names of `import iio_core as iio`, by what they are for.",
            "",
            *(f"::: iio_core.{home}.{name}\n" for home, name in public_names()),
        ]
    )


def public_names() -> list[tuple[str, str]]:
    """Return the public names of core with the module that defines each, read off its face."""
    tree = ast.parse((CORE / "__init__.py").read_text(encoding="utf-8"))
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "_HOMES":
            homes: dict[str, tuple[str, ...]] = ast.literal_eval(node.value)
            return [(home, name) for home, names in homes.items() for name in names]
    raise SystemExit(f"{CORE / '__init__.py'} has no table of homes")
