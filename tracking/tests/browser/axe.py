"""What axe-core finds on a page that keeps people out."""

from typing import Any

KNOWN = {  # What plain pages of Django's admin, and all of DRF's, have as well: by rule, and only there
    "aria-prohibited-attr": ".help-tooltip",  # Django's script for choosing several names icons that have no role
    "link-in-text-block": "#changelist-search",  # Django's link there differs from the text around it by color alone
    "html-has-lang": "html:has(link[href*=rest_framework])",  # DRF's pages do not tell their language
}
MORE_ROWS = "#result_list tbody tr:nth-child(n + 6), .chart-numbers tbody tr:nth-child(n + 6)"
PASSED_OVER = f"#nav-sidebar, {MORE_ROWS}"  # Django's own beside each page, and more of the same: axe is slow
FIND = """async ([known, passedOver]) => {
    await Promise.all(document.getAnimations().map((animation) => animation.finished));
    const options = { resultTypes: ["violations"], elementRef: true };
    const results = await axe.run({ exclude: [passedOver] }, options);
    return results.violations.flatMap(({ id, nodes }) => nodes
        .filter(({ element }) => !(id in known && element.closest(known[id])))
        .map(({ html, failureSummary }) => `${id}: ${html} ${failureSummary}`));
}"""


def look(tab: Any, path: str) -> list[str]:
    """Return what is wrong with a page, on a wide screen in light colors and on a narrow one in dark colors."""
    from axe_playwright_python.base import AXE_SCRIPT  # where there is playwright only

    tab.emulate_media(color_scheme="light")
    tab.set_viewport_size({"width": 1280, "height": 900})
    tab.goto(path)
    tab.evaluate(AXE_SCRIPT)
    found = [f"{path} wide, light: {finding}" for finding in tab.evaluate(FIND, [KNOWN, PASSED_OVER])]
    tab.emulate_media(color_scheme="dark")
    tab.set_viewport_size({"width": 390, "height": 844})
    return found + [f"{path} narrow, dark: {finding}" for finding in tab.evaluate(FIND, [KNOWN, PASSED_OVER])]
