# SPDX-License-Identifier: GPL-3.0-or-later
"""Every JSON in the documentation is JSON; every chain in it fits the chain file's schema, and every stage's options
fit the schema of its plugin. Links of one page to another, and to a heading there, lead somewhere."""
import json
import os
import re
import subprocess
from pathlib import Path

import jsonschema
from harness import check, main

SOURCE = Path(os.environ["SLIPWAY_SOURCE"])
BLOCK = re.compile(r"^(?P<fence>`{3,})(?P<kind>\w*)[^\n]*\n(?P<text>.*?)^(?P=fence)\s*$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


def pages():
    listed = subprocess.run(["git", "-C", SOURCE, "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
                            check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    # A template's README stands in the folder it is copied to; records of decisions keep what was true then.
    return [name for name in listed if not name.startswith("sdk/template/")]


# ------------------------------------------------------------------------------------------ snippets

STRING = r'"(?:[^"\\\n]|\\.)*"'


def parse_jsonc(text):
    """JSON with comments and trailing commas; what stands beside each other, or without braces, is a list or members."""
    plain = re.sub(rf"({STRING})|//[^\n]*|/\*.*?\*/", lambda m: m[1] or " ", text, flags=re.S)
    plain = re.sub(rf"({STRING})|,(?=\s*[}}\]])", lambda m: m[1] or "", plain)
    plain = plain.strip().rstrip(",")
    errors = []
    for form in ("{}", "[{}]", "{{{}}}"):
        for source in (plain, re.sub(r"\}\s*\n+\s*\{", "},\n{", plain), plain.rstrip().removesuffix("}")):
            try:
                return json.loads(form.format(source))
            except json.JSONDecodeError as error:
                errors.append(error)
    raise errors[0]


def without_references(value):
    """Values that only a run knows, and secrets, taken out."""
    if isinstance(value, dict):
        return {key: without_references(item) for key, item in value.items() if not is_open(item)}
    if isinstance(value, list):
        return [without_references(item) for item in value if not is_open(item)]
    return value


def is_open(value):
    return isinstance(value, str) and ("${" in value or "…" in value)


def stages_in(value):
    if isinstance(value, dict):
        if isinstance(value.get("use"), str) and isinstance(value.get("with", {}), dict):
            yield value
        for item in value.values():
            yield from stages_in(item)
    elif isinstance(value, list):
        for item in value:
            yield from stages_in(item)


def schemas():
    listed = subprocess.run([os.environ["SLIPWAY"], "stages", "--json", "--plugin-dir", os.environ["SLIPWAY_STAGES"]],
                            check=True, stdout=subprocess.PIPE, text=True).stdout
    return {stage["id"]: json.loads(stage["schema"]) for plugin in json.loads(listed) for stage in plugin["stages"]}


def relaxed(schema):
    """The schema without what an example may leave out."""
    if isinstance(schema, dict):
        return {key: value if key == "if" else relaxed(value) for key, value in schema.items()
                if key not in ("required", "minItems")}
    return [relaxed(item) for item in schema] if isinstance(schema, list) else schema


def mistakes_in(snippet, types, chain_schema):
    if isinstance(snippet, dict) and isinstance(snippet.get("slipway"), int):  # a document's is the program's version
        for error in jsonschema.Draft7Validator(chain_schema).iter_errors(snippet):
            yield f"chain: {error.message}"
    for stage in stages_in(snippet):
        # Stages of the reader's own are not ours to judge.
        schema = types.get(stage["use"])
        options = without_references(stage.get("with", {}))
        for error in jsonschema.Draft7Validator(relaxed(schema or {})).iter_errors(options):
            yield f"{stage['use']}: {error.message}"


def snippets(_folder):
    types, found, count = schemas(), [], 0
    chain_schema = json.loads((SOURCE / "config/schema/chain.schema.json").read_text(encoding="utf-8"))
    for name in pages():
        text = (SOURCE / name).read_text(encoding="utf-8")
        for block in BLOCK.finditer(text):
            if block["kind"] not in ("json", "jsonc"):
                continue
            count += 1
            line = text.count("\n", 0, block.start()) + 1
            try:
                found += [f"{name}:{line}: {what}"
                          for what in mistakes_in(parse_jsonc(block["text"]), types, chain_schema)]
            except json.JSONDecodeError as error:
                found.append(f"{name}:{line}: no JSON: {error}")
    check(not found, "\n" + "\n".join(found))
    check(count > 30, f"only {count} snippets were found")


# --------------------------------------------------------------------------------------------- links

def anchor_of(title):
    """As GitHub and MkDocs make it from a heading."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", title)
    return re.sub(r"[^\w\- ]", "", plain.lower()).strip().replace(" ", "-")


def headings(path):
    text = BLOCK.sub("", path.read_text(encoding="utf-8"))
    return {anchor_of(title) for title in re.findall(r"^#+ (.*)$", text, re.M)}


def broken_links(name):
    path = SOURCE / name
    for target in LINK.findall(BLOCK.sub("", path.read_text(encoding="utf-8"))):
        if re.match(r"[a-z+]+:", target):
            continue
        file, _, anchor = target.partition("#")
        there = (path.parent / file).resolve() if file else path
        if not there.exists():
            yield f"{name}: '{target}' leads nowhere"
        elif anchor and there.suffix == ".md" and anchor not in headings(there):
            yield f"{name}: '{target}': no such heading"


def links(_folder):
    found = [problem for name in pages() for problem in broken_links(name)]
    check(not found, "\n" + "\n".join(found))


def listed(_folder):
    """Every page of docs is named in docs/README.md."""
    index = (SOURCE / "docs/README.md").read_text(encoding="utf-8")
    missing = [name for name in pages() if name.startswith("docs/") and "/decisions/" not in name
               and name != "docs/README.md" and f"({name.removeprefix('docs/')})" not in index]
    check(not missing, f"not in docs/README.md: {missing}")


main({"snippets": snippets, "links": links, "listed": listed})
