# SPDX-License-Identifier: GPL-3.0-or-later
"""Judges HTTP requests and answers by an OpenAPI 3.0 description: paths, parameters, bodies, status codes. Stricter
than a server in one thing: a query parameter or a body's member that the description does not know is a mistake."""
import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

import jsonschema


class Description:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.document = json.load(file)
        # A path without parameters is preferred (OpenAPI 3.0.3, 4.7.8.2): fewer of them first.
        order = sorted(self.document["paths"], key=lambda template: (template.count("{"), -len(template)))
        self.paths = [(self._pattern(template), self.document["paths"][template]) for template in order]

    def _pattern(self, template):
        def part(match):
            several = any(p.get("x-multi-segment") for p in self._parameters_of(template) if p["name"] == match[1])
            name = re.sub(r"\W", "_", match[1])
            return f"(?P<{name}>.+)" if several or match[1] == "path" else f"(?P<{name}>[^/]+)"
        return re.compile(re.sub(r"\{([^}]+)\}", part, template) + "$")

    def _parameters_of(self, template):
        operations = self.document["paths"][template].values()
        return [self._resolve(p) for operation in operations for p in operation.get("parameters", [])]

    def _resolve(self, thing):
        while "$ref" in thing:
            target = self.document
            for name in thing["$ref"].lstrip("#/").split("/"):
                target = target[name]
            thing = target
        return thing

    def operation(self, method, path):
        for pattern, operations in self.paths:
            match = pattern.match(path)
            if match and method.lower() in operations:
                return operations[method.lower()], match.groupdict()
        return None, {}

    def check_request(self, method, target, body):
        """The mistakes of a request, as texts. `body`: bytes."""
        url = urlsplit(target)
        operation, in_path = self.operation(method, url.path)
        if operation is None:
            return [f"{method} {url.path}: no such operation"]
        parameters = [self._resolve(p) for p in operation.get("parameters", [])]
        query = dict(parse_qsl(url.query, keep_blank_values=True))
        found = []
        for where, given in (("path", {k: unquote(v) for k, v in in_path.items()}), ("query", query)):
            known = {p["name"]: p for p in parameters if p["in"] == where}
            found += [f"{where} parameter '{name}' is not known" for name in given if where == "query" and name not in known]
            found += [f"{where} parameter '{name}' is missing" for name, p in known.items()
                      if p.get("required") and name not in given]
            for name, value in given.items():
                found += self._check_text(f"{where} parameter '{name}'", value, known.get(name, {}).get("schema", {}))
        return found + self._check_body(operation, body)

    def check_answer(self, method, path, status):
        operation, _ = self.operation(method, urlsplit(path).path)
        # Not each operation lists what holds for all: 401 (bad credentials), 403 and 429 (limits), 5xx.
        if operation is None or status in (401, 403, 404, 429) or status >= 500 or str(status) in operation["responses"]:
            return []
        return [f"{method} {path}: the facade answers {status}, which GitHub does not"]

    @staticmethod
    def _check_text(what, text, schema):
        if schema.get("type") == "integer" and not re.fullmatch(r"-?\d+", text):
            return [f"{what}: '{text}' is no integer"]
        if "enum" in schema and text not in schema["enum"]:
            return [f"{what}: '{text}' is none of {schema['enum']}"]
        return []

    def _check_body(self, operation, body):
        described = operation.get("requestBody")
        if described is None:
            return ["a body where none is wanted"] if body else []
        if not body:
            return ["a body is missing"] if described.get("required") else []
        try:
            value = json.loads(body)
        except ValueError as e:
            return [f"the body is no JSON: {e}"]
        schema = self._plain(described["content"]["application/json"]["schema"])
        errors = jsonschema.Draft7Validator(schema).iter_errors(value)
        return [f"body at /{'/'.join(map(str, e.absolute_path))}: {e.message}" for e in errors]

    def _plain(self, schema):
        """An OpenAPI 3.0 schema as one of JSON Schema: references resolved, `nullable` as a type, and closed."""
        schema = dict(self._resolve(schema))
        for key in ("oneOf", "anyOf", "allOf"):
            if key in schema:
                schema[key] = [self._plain(one) for one in schema[key]]
        if "items" in schema:
            schema["items"] = self._plain(schema["items"])
        if "properties" in schema:
            schema["properties"] = {name: self._plain(one) for name, one in schema["properties"].items()}
            schema.setdefault("additionalProperties", False)
        if schema.pop("nullable", False) and "type" in schema:
            schema["type"] = [schema["type"], "null"]
        return schema
