# SPDX-License-Identifier: GPL-3.0-or-later
"""The generated pages of docs/reference are what they are made of now. SLIPWAY_ACCEPT=1 makes them again."""
import os
import subprocess
from pathlib import Path

from harness import check, main

SOURCE = Path(os.environ["SLIPWAY_SOURCE"])
PAGES = {"stages": ("stages", os.environ["SLIPWAY"], os.environ["SLIPWAY_STAGES"]),
         "abi": ("abi", SOURCE / "sdk/include/slipway/stage.h"),
         "commands": ("commands", os.environ["SLIPWAY"])}


def page(name):
    def case(_folder):
        made = subprocess.run([SOURCE / "tests/tools/make-reference", *PAGES[name]], check=True, stdout=subprocess.PIPE,
                              text=True).stdout
        path = SOURCE / f"docs/reference/{name}.md"
        if os.environ.get("SLIPWAY_ACCEPT"):
            path.write_text(made, encoding="utf-8")
        check(path.is_file() and path.read_text(encoding="utf-8") == made,
              f"{path} is not up to date: SLIPWAY_ACCEPT=1 ./dev test docs.reference makes it again")
    return case


main({name: page(name) for name in PAGES})
