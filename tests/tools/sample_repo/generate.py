# SPDX-License-Identifier: GPL-3.0-or-later
"""From .deb files to a repository, step by step."""
import concurrent.futures

from . import catalogue, customise, database, overlap, pack, package, relations, tree
from . import unpack, version
from .deb import Deb
from .failure import Failure

NEEDED = ("filesystem", "base-passwd")  # the first is made with what the second has


def generate(paths, directory, stages, options, note):
    """Makes the repository of the .deb files in the directory.

    `stages` is scratch space; the options are those of the command line: mode, name, level, jobs.
    """
    debs = [Deb(path) for path in paths]
    tree.make_empty(stages)
    packages = _assemble(debs, stages, options)
    counts = overlap.check(packages)
    note(f"{len(packages)} packages of {len(debs)}: {counts.files} files, {counts.directories} "
         f"directories ({counts.changed} shared ones made alike)")
    installed = [f"{deb.name}-{version.convert(deb.version)}-{package.architecture(deb.arch)}"
                 for deb in debs]

    def pack_and_forget(one):
        pack.pack(one, directory, options.level, installed)
        tree.remove(one.stage)
    # the heaviest first, so that the last one does not leave the other jobs idle
    _for_each(sorted(packages, key=lambda one: -one.weight), pack_and_forget, options.jobs)
    note("adding the packages to the database")
    database.make(directory, options.name, [one.file_name for one in packages],
                  max(one.epoch for one in packages), stages)
    return packages


def _assemble(debs, stages, options):
    """All packages, unpacked and related, sorted by name."""
    packages = package.group(debs, stages)
    names = {one.name for one in packages}
    missing = [name for name in NEEDED if name not in names]
    if missing:
        raise Failure(f"the lock has nothing to make {' and '.join(missing)} of",
                      "it needs the packages base-files and base-passwd")
    _for_each(packages, unpack.unpack, options.jobs)
    relations.relate(packages)
    packages += _meta_packages(packages, stages, catalogue.seeds(options.mode))
    packages.sort(key=lambda one: one.name)
    by_name = {one.name: one for one in packages}
    relations.add_unreached(by_name["base"], packages)
    for one in packages:
        customise.customise(one, by_name)
    return packages


def _meta_packages(packages, stages, seeds):
    epoch = next(one.epoch for one in packages if one.name == "filesystem")
    mirrorlist = package.meta("pacman-mirrorlist", "Repository mirror list", [], stages, epoch)
    wanted = sorted(one.name for one in packages if any(deb.name in seeds for deb in one.debs))
    base = package.meta("base", "Minimal package set to define a basic installation",
                        [*wanted, mirrorlist.name], stages, epoch)
    return [base, mirrorlist]


def _for_each(items, function, jobs):
    """Calls the function for every item, some at a time; after a failure starts no more."""
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = [pool.submit(function, item) for item in items]
        try:
            for future in concurrent.futures.as_completed(futures):
                future.result()
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
