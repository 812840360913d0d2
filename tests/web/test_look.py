"""The stylesheet, sprite and vendored files: contrast, size, integrity."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

import brotli
import pytest

import regard.web
from regard.web.charts.drawing import ENDS, STARTS

STATIC = Path(regard.web.__file__).parent / "static"
TEMPLATES = Path(regard.web.__file__).parent / "templates"
CSS = (STATIC / "regard" / "regard.css").read_text()
TOKENS = {name: pair for name, *pair in re.findall(r"--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)", CSS)}
SURFACES = ("page", "surface", "raised")
TEXTS = [
    *[(ink, on) for ink in ("ink", "muted") for on in SURFACES],
    *[("accent", on) for on in ("page", "surface", "accent-soft")],
    ("on-accent", "accent"),
    ("surface", "ink"),
    *[(tone, on) for tone in ("good", "bad", "warn") for on in (f"{tone}-soft", "surface")],
    *[("ink", f"{tone}-soft") for tone in ("good", "bad", "warn", "accent")],
]
CONTROLS = [(part, on) for part in ("control", "accent", "good", "bad") for on in ("page", "surface")]


def luminance(colour: str) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    light, dark = sorted((luminance(one), luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("text, ground", TEXTS)
def test_text_can_be_read_on_every_ground(text, ground, theme):
    assert contrast(TOKENS[text][theme], TOKENS[ground][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("part, ground", CONTROLS)
def test_edges_of_controls_and_lines_of_charts_can_be_seen(part, ground, theme):
    assert contrast(TOKENS[part][theme], TOKENS[ground][theme]) >= 3


def test_the_stylesheet_is_small():
    assert len(brotli.compress(CSS.encode())) <= 9_000


def test_the_script_and_the_icons_are_small():
    assert len(brotli.compress((STATIC / "regard" / "regard.js").read_bytes())) <= 2_500
    assert len(brotli.compress((STATIC / "regard" / "icons.svg").read_bytes())) <= 4_000


@pytest.mark.parametrize(
    "entry", json.loads((STATIC / "vendor" / "vendor.lock.json").read_text()), ids=lambda e: e["name"]
)
def test_a_vendored_file_is_the_one_in_the_lock(entry):
    assert hashlib.sha256((STATIC / entry["file"]).read_bytes()).hexdigest() == entry["sha256"]
    assert entry["licence"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])


def test_every_vendored_file_is_in_the_lock():
    locked = {entry["file"] for entry in json.loads((STATIC / "vendor" / "vendor.lock.json").read_text())}
    assert {f"vendor/{path.name}" for path in (STATIC / "vendor").glob("*.js")} <= locked


def test_every_icon_that_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "regard" / "icons.svg").read_text()))
    named = {
        name
        for path in TEMPLATES.parent.parent.glob("*/templates/**/*.html")
        for name in re.findall(r'{% icon "([\w-]+)"', path.read_text())
    }
    assert named <= sprite


def test_no_page_of_the_toolkit_needs_an_inline_script_or_style():
    for path in TEMPLATES.glob("**/*.html"):
        text = path.read_text()
        assert not re.search(r"\sstyle=|\son[a-z]+=|<style|hx-on|<script(?![^>]*\ssrc=)", text), path.name


def test_every_gutter_that_a_chart_may_ask_for_is_in_the_stylesheet():
    assert all(f".s{size} {{ --s: {size}px }}" in CSS for size in STARTS)
    assert all(f".e{size} {{ --e: {size}px }}" in CSS for size in ENDS)
