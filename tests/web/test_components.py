"""The page of all components: nothing in the stylesheet is missing from it."""

import re
from pathlib import Path

import pytest
import small_plant

from lotmark.web import app as shell
from lotmark.web.amounts import amount

STYLESHEET = Path(shell.__file__).parent / "static" / "lotmark.css"


def classes_of(css: str) -> set[str]:
    """Every class that a selector of the stylesheet names."""
    css = re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)
    selectors = " ".join(re.findall(r"([^{}]+)\{", css))
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", selectors))


def test_every_class_is_shown(log_in: small_plant.LogIn) -> None:
    page = log_in("dong").get("/admin/components").text
    used = {
        name for text in re.findall(r'class="([^"]*)"', page) for name in text.split()
    }
    assert classes_of(STYLESHEET.read_text("utf-8")) - used == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_opens_in_both_languages(log_in: small_plant.LogIn, language: str) -> None:
    page = log_in("dong").get(f"/admin/components?lang={language}")
    assert page.status_code == 200
    assert f'<html lang="{ {"en": "en", "zh": "zh-CN"}[language] }">' in page.text


@pytest.mark.parametrize(
    ("quantity", "unit", "text"),
    [
        (0, "piece", "0"),
        (12_000, "piece", "12,000"),
        (0, "mg", "0 kg"),
        (999, "mg", "999 mg"),
        (1_500, "mg", "1.5 g"),
        (3_840_000_000, "mg", "3,840 kg"),
        (1_200_000_000_000, "mg", "1,200,000 kg"),
        (230_000_000, "ul", "230 L"),
    ],
)
def test_amounts_read_naturally(quantity: int, unit: str, text: str) -> None:
    assert amount(quantity, unit) == text
