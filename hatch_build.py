"""Compile the translations while the package is built, so that a wheel and an editable install both carry them."""

from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CompileTranslations(BuildHookInterface):
    def initialize(self, version: str, build_data: dict) -> None:
        for source in Path(self.root, "src/regard/locale").glob("*/LC_MESSAGES/*.po"):
            fresh = source.with_suffix(".mo.new")
            with source.open("rb") as text, fresh.open("wb") as compiled:
                write_mo(compiled, read_po(text, locale=source.parts[-3]))
            fresh.replace(source.with_suffix(".mo"))  # whoever runs from here reads the old one or the new
