#!/usr/bin/env python3
"""Writes `table.txt`, the actions that CloudFormation's handlers name for each type, from the Python package `cfn-lint`.

    python3 -m venv /tmp/lint && /tmp/lint/bin/pip install cfn-lint
    /tmp/lint/bin/python src/generate/deploy/refresh.py > src/generate/deploy/table.txt

The package (MIT-0) carries the resource schemas that AWS publishes. Lines are sorted, so that a new version shows as the
lines that changed.
"""

import importlib.metadata
import importlib.resources
import json

HEAD = """\
# What deploying a type of CloudFormation asks for. Written by refresh.py; not by hand.
# Source: handlers.*.permissions of the resource schemas in the Python package cfn-lint {version} (MIT-0), of {date}.
#
# = type             a type
# c r u d l prefix:Action,Action …   actions of its handlers: create, read, update, delete, list
# A type without lines has no facts.
"""
HANDLERS = ["create", "read", "update", "delete", "list"]


def grouped(permissions):
    services = {}
    for one in permissions:
        prefix, colon, name = one.partition(":")
        if colon and name and name.isalnum():
            services.setdefault(prefix.lower(), set()).add(name)
    return " ".join(f"{prefix}:{','.join(sorted(names))}" for prefix, names in sorted(services.items()))


def main():
    data = importlib.resources.files("cfnlint") / "data" / "schemas"
    date = json.loads((data / "version.json").read_text())["schema_date"][:10]
    print(HEAD.format(version=importlib.metadata.version("cfn-lint"), date=date), end="")
    types = {}
    for file in (data / "resources").iterdir():
        if file.name.endswith(".json"):
            schema = json.loads(file.read_text())
            types[schema["typeName"]] = schema.get("handlers", {})
    for name, handlers in sorted(types.items()):
        print("= " + name)
        for handler in HANDLERS:
            text = grouped(handlers.get(handler, {}).get("permissions", []))
            if text:
                print(f"{handler[0]} {text}")


main()
