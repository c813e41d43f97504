# SPDX-License-Identifier: GPL-3.0-or-later
"""Many small cases in one test: each in a folder of its own, a few at a time, all failures told."""

import os
import shutil
import sys
import traceback
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path


class Failure(Exception):
    """What is not as it must be."""


def check(condition, message):
    if not condition:
        raise Failure(message)


def _run(name, function):
    folder = Path.cwd() / name
    folder.mkdir()
    try:
        function(folder)
    except Failure as failure:
        return f"FAILED {name}: {failure}"
    except Exception:
        return f"FAILED {name}: {traceback.format_exc()}"
    shutil.rmtree(folder, ignore_errors=True)
    return None


def main(cases, at_once=4):
    """Run the cases {name: function(folder)} that the command line names, or all."""
    wanted = sys.argv[1:] or list(cases)
    unknown = [name for name in wanted if name not in cases]
    if unknown:
        sys.exit(f"no such case: {', '.join(unknown)}; there are {', '.join(cases)}")
    os.umask(0o022)
    with ThreadPoolExecutor(at_once) as pool:
        results = list(pool.map(lambda name: _run(name, cases[name]), wanted))
    failures = [result for result in results if result]
    print("\n".join(failures))
    print(f"{len(wanted) - len(failures)} of {len(wanted)} cases passed")
    sys.exit(1 if failures else 0)
