# SPDX-License-Identifier: GPL-3.0-or-later
"""Files and trees of them: list, hash, write, merge, date, remove."""
import hashlib
import os
import shutil


def paths(root):
    """Every path below root, relative to it, in byte order."""
    found, todo = [], [""]
    while todo:
        directory = todo.pop()
        with os.scandir(os.path.join(root, directory)) as entries:
            for entry in entries:
                relative = os.path.join(directory, entry.name)
                found.append(relative)
                if entry.is_dir(follow_symlinks=False):
                    todo.append(relative)
    return sorted(found, key=os.fsencode)


def is_real_directory(path):
    return os.path.isdir(path) and not os.path.islink(path)


def is_real_file(path):
    return os.path.isfile(path) and not os.path.islink(path)


def write_file(path, content, mode=0o644):
    """Makes a file of root's with exactly this mode."""
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8", newline="") as file:
        file.write(content)
    os.chmod(path, mode)
    os.chown(path, 0, 0)


def read_file(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def sha256(path):
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def merge_into(source, target):
    """Moves source over target; directories are merged, and the target's keep their attributes."""
    if is_real_directory(source) and is_real_directory(target):
        for name in os.listdir(source):
            merge_into(os.path.join(source, name), os.path.join(target, name))
        os.rmdir(source)
    elif not os.path.lexists(target):
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.rename(source, target)
    elif os.path.islink(source):
        os.unlink(source)  # a compatibility link to what is there now
    else:
        os.replace(source, target)


def set_times(root, relative_paths, epoch):
    for relative in relative_paths:
        os.utime(os.path.join(root, relative), (epoch, epoch), follow_symlinks=False)


def remove(path):
    """Removes a directory with all it holds, if it is there."""
    if os.path.lexists(path):
        shutil.rmtree(path)


def make_empty(path):
    """An empty directory that only its owner may enter, and that hands no group down."""
    remove(path)
    os.makedirs(path)
    os.chmod(path, 0o700)
