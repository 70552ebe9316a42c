"""What axe-core finds on a page: every rule of WCAG 2.0, 2.1 and 2.2 at levels A and AA."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Page

RULES = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa")
# In a page without scripts no timer ever ends: what axe puts off is done as soon as it may be.
AT_ONCE = """window.setTimeout = (work, wait, ...rest) => {
  Promise.resolve().then(() => work(...rest));
  return 0;
};
0"""
ASK = "async rules => await axe.run({runOnly: rules, resultTypes: ['violations'], preload: false})"


def violations(page: Page, source: str, scripts: bool = True) -> list[str]:
    """One line for each element that breaks a rule; `source` is the text of axe.min.js.

    The text is evaluated by the debugger: the page's own policy would not let it in. `scripts` says whether
    the page runs scripts of its own.
    """
    if not scripts:
        page.evaluate(AT_ONCE)
    page.evaluate(source)
    found: dict[str, Any] = page.evaluate(ASK, list(RULES))
    return [
        f"{page.url}: {broken['id']} ({broken['help']}): {' '.join(map(str, node['target']))}"
        for broken in found["violations"]
        for node in broken["nodes"][:5]
    ]
