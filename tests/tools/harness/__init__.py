# SPDX-License-Identifier: GPL-3.0-or-later
"""What the fault and cli tests share: running the real host, goldens, looking for leftovers."""

from .cases import Failure, check, main
from .golden import golden, normalise
from .host import Host, Outcome, build, slowness, stages_of
from .leftovers import processes_of, wait_gone

__all__ = ["Failure", "Host", "Outcome", "build", "check", "golden", "main", "normalise", "processes_of", "slowness",
           "stages_of", "wait_gone"]
