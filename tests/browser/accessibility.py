"""What axe-core holds against a page: the findings that it calls serious or critical."""

from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page

GRAVE = ("serious", "critical")


async def findings(page: Page) -> list[str]:
    """Return each grave finding with the elements that it is about."""
    results = await Axe().run(page)
    assert results.response["testEngine"]["name"] == "axe-core"
    return [
        f"{violation['id']} at {[node['target'] for node in violation['nodes']]}"
        for violation in results.response["violations"]
        if violation["impact"] in GRAVE
    ]
