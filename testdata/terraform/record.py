#!/usr/bin/env python3
"""Asks a real Terraform for every answer in this folder and writes the answers in place.

    record.py [--mirror DIR] [--only expressions|modules] [--case NAME ...] [--check-types]

What each file means is said in README.md. Needs `terraform` on PATH and nothing else
from Python than the standard library. Exits with 1 when an answer changed.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
EXPRESSIONS = HERE / "expressions.jsonl"
SCOPE = HERE / "scope"
MODULES = HERE / "modules"
BATCH = 400
UNKNOWN = {"$unknown": True}


# ---------------------------------------------------------------- JSON with exact numbers


class Number(str):
    """A number as it was written: never a float."""


def read_json(text):
    return json.loads(text, parse_int=Number, parse_float=Number)


def write_json(value, indent=None, depth=0):
    """Like json.dumps, with exact numbers and text left readable."""
    if isinstance(value, Number):
        return str.__str__(value)
    if not isinstance(value, (dict, list)) or not value:
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, dict):
        items = [
            f"{json.dumps(k, ensure_ascii=False)}:{' ' if indent else ''}{write_json(v, indent, depth + 1)}"
            for k, v in value.items()
        ]
        opening, closing = "{", "}"
    else:
        items = [write_json(v, indent, depth + 1) for v in value]
        opening, closing = "[", "]"
    if indent is None:
        return opening + ",".join(items) + closing
    inner = "\n" + " " * indent * (depth + 1)
    return opening + inner + ("," + inner).join(items) + "\n" + " " * indent * depth + closing


# ---------------------------------------------------------------- running Terraform


class Terraform:
    def __init__(self, mirror, home):
        self.env = {k: v for k, v in os.environ.items() if not k.startswith(("TF_", "AWS_"))}
        self.env.update(CHECKPOINT_DISABLE="1", TF_IN_AUTOMATION="1", HOME=str(home), NO_COLOR="1")
        settings = home / "terraform.rc"
        text = ""
        if mirror:
            text = f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
        settings.write_text(text)
        self.env["TF_CLI_CONFIG_FILE"] = str(settings)

    def run(self, folder, *args, stdin="", env=None):
        return subprocess.run(
            ["terraform", *args],
            cwd=folder,
            env={**self.env, **(env or {})},
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
        )

    def plan(self, folder, args=(), env=None):
        """Plans into `plan.out` and returns the error diagnostics."""
        done = self.run(
            folder, "plan", "-json", "-input=false", "-lock=false", "-parallelism=2", "-out=plan.out", *args, env=env
        )
        errors = []
        for line in done.stdout.splitlines():
            try:
                message = json.loads(line)
            except ValueError:
                continue
            diagnostic = message.get("diagnostic")
            if diagnostic and diagnostic["severity"] == "error":
                errors.append(diagnostic)
        if done.returncode and not errors:
            sys.exit(f"terraform plan failed without saying why in {folder}:\n{done.stdout}\n{done.stderr}")
        return errors

    def show(self, folder):
        done = self.run(folder, "show", "-json", "plan.out")
        if done.returncode:
            sys.exit(f"terraform show failed: {done.stderr}")
        return read_json(done.stdout)


# ---------------------------------------------------------------- the types, read from the plan file


def fields(data):
    """The (number, value) pairs of one protobuf message."""
    at = 0

    def varint():
        nonlocal at
        value = shift = 0
        while True:
            byte = data[at]
            at += 1
            value |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                return value

    while at < len(data):
        key = varint()
        wire = key & 7
        if wire == 0:
            yield key >> 3, varint()
        elif wire == 2:
            size = varint()
            yield key >> 3, data[at : at + size]
            at += size
        else:
            size = {1: 8, 5: 4}[wire]
            yield key >> 3, data[at : at + size]
            at += size


def output_types(plan):
    """Type of every planned output: the plan file keeps [type, value] for each as MessagePack."""
    types = {}
    with zipfile.ZipFile(plan) as archive:
        data = archive.read("tfplan")
    for number, output in fields(data):
        if number != 4:
            continue
        name = change = None
        for part, value in fields(output):
            if part == 1:
                name = value.decode()
            elif part == 2:
                change = value
        last = [value for part, value in fields(change) if part == 2][-1]
        packed = dict(fields(last))[1]
        kind = packed[1]
        if packed[0] != 0x92 or kind not in (0xC4, 0xC5, 0xC6):
            continue  # a plain null
        width = {0xC4: 1, 0xC5: 2, 0xC6: 4}[kind]
        size = int.from_bytes(packed[2 : 2 + width], "big")
        types[name] = json.loads(packed[2 + width : 2 + width + size])
    return types


def type_text(kind):
    """A type the way `type()` of the console prints it, white space made single."""
    if isinstance(kind, str):
        return kind
    head, inner = kind[0], kind[1]
    if head == "object":
        names = "".join(f" {name}: {type_text(t)}," for name, t in sorted(inner.items()))
        return f"object({{{names} }})" if names else "object({})"
    if head == "tuple":
        items = "".join(f" {type_text(t)}," for t in inner)
        return f"tuple([{items} ])" if items else "tuple([])"
    text = type_text(inner)
    return f"{head}( {text}, )" if " " in text else f"{head}({text})"


# ---------------------------------------------------------------- expressions


def with_unknowns(value, unknown):
    """`value` with UNKNOWN wherever the tree `unknown` says true."""
    if unknown is True:
        return dict(UNKNOWN)
    if isinstance(unknown, dict):
        merged = dict(value or {})
        for key, inner in unknown.items():
            merged[key] = with_unknowns(merged.get(key), inner)
        return dict(sorted(merged.items()))
    if isinstance(unknown, list):
        return [with_unknowns(v, u) for v, u in zip(value, unknown)]
    return value


def file_of(index):
    return f"zz-{index:05}.tf"


def answer_batch(terraform, folder, batch, check_types):
    """Answers {index: expression}; Terraform names the file of every error, so those are taken out and asked again."""
    pending = dict(batch)
    answers = {}
    for index, expression in pending.items():
        (folder / file_of(index)).write_text(
            f"locals {{\n  e{index} = {expression}\n}}\n"
            f"output \"o{index}\" {{\n  value     = [local.e{index}]\n  sensitive = true\n}}\n",
            encoding="utf-8",
        )
    while True:
        errors = terraform.plan(folder)
        if not errors:
            break
        wrong = set()
        for error in errors:
            name = Path(error.get("range", {}).get("filename", "")).name
            found = re.fullmatch(r"zz-(\d+)\.tf", name)
            if found:
                wrong.add(int(found.group(1)))
            # An infinite number is a value until it has to be written down.
            infinite = {int(i) for i in re.findall(r'output value "o(\d+)": cannot serialize', error.get("detail", ""))}
            wrong |= infinite
            answers.update((i, {"error": True, "infinite": True}) for i in infinite)
        if not wrong & pending.keys():
            sys.exit(f"an error that belongs to no expression: {json.dumps(errors[0], indent=1)}")
        for index in wrong & pending.keys():
            answers.setdefault(index, {"error": True})
            del pending[index]
            (folder / file_of(index)).unlink()
    changes = terraform.show(folder)["output_changes"]
    types = {name: re.sub(r" +", " ", type_text(kind[1][0])) for name, kind in output_types(folder / "plan.out").items() if kind[0] == "tuple"}
    if check_types:
        compare_with_console(terraform, folder, pending, types)
    for index in pending:
        change = changes[f"o{index}"]
        unknown = change["after_unknown"]
        kind = types.get(f"o{index}")
        if unknown is True or (isinstance(unknown, list) and unknown[0] is True):
            answer = {"unknown": True}
        else:
            value = change["after"][0]
            answer = {"value": with_unknowns(value, unknown[0]) if unknown else value}
        if kind is None:
            sys.exit(f"no type for {batch[index]!r}")
        answers[index] = {**answer, "type": kind}
    for index in pending:
        (folder / file_of(index)).unlink()
    return answers


def compare_with_console(terraform, folder, pending, types):
    """Asks the console for the same types (it knows no resources, so those are left out)."""
    asked = {i for i, e in pending.items() if "terraform_data" not in e}
    line = "type({" + ", ".join(f"e{i} = local.e{i}" for i in sorted(asked)) + "})\n"
    done = terraform.run(folder, "console", stdin=line)
    if done.returncode:
        sys.exit(f"the console refused: {done.stderr}")
    said = re.split(r"^    e(\d+): ", done.stdout.rstrip().removesuffix("})"), flags=re.M)[1:]
    for index, text in zip(said[::2], said[1::2]):
        text = re.sub(r"\s+", " ", text).strip().removesuffix(",")
        if text != types[f"o{index}"]:
            print(f"type differs: {pending[int(index)]!r}: console {text!r}, plan {types['o' + index]!r}")


def record_expressions(terraform, scratch, check_types):
    folder = scratch / "scope"
    shutil.copytree(SCOPE, folder)
    made = terraform.run(folder, "init", "-input=false")
    if made.returncode:
        sys.exit(made.stderr)
    before = EXPRESSIONS.read_text(encoding="utf-8")
    rows = [read_json(line) for line in before.splitlines() if line.strip()]
    answers = {}
    for start in range(0, len(rows), BATCH):
        batch = {i: rows[i]["expression"] for i in range(start, min(start + BATCH, len(rows)))}
        answers.update(answer_batch(terraform, folder, batch, check_types))
    lines = []
    for index, row in enumerate(rows):
        lines.append(write_json({"group": row["group"], "expression": row["expression"], **answers[index]}) + "\n")
    after = "".join(lines)
    EXPRESSIONS.write_text(after, encoding="utf-8")
    kinds = ["error" if "error" in a else "unknown" if "unknown" in a else "value" for a in answers.values()]
    print(f"expressions: {len(rows)}, " + ", ".join(f"{kinds.count(k)} {k}" for k in ("value", "unknown", "error")))
    return before != after


# ---------------------------------------------------------------- modules


class Names:
    """Which arguments a case writes, for every resource: at its top level, and anywhere inside it.

    Reads formatted files by their indentation; the plan itself does not list what `dynamic` blocks set.
    """

    def __init__(self, case):
        self.top, self.inside = {}, {}
        for path in sorted(case.rglob("*")):
            if path.name.endswith(".tf"):
                self.read_native(path.read_text(encoding="utf-8"))
            elif path.name.endswith(".tf.json"):
                self.read_tree(json.loads(path.read_text(encoding="utf-8")))

    def add(self, kind, name, top, inside):
        self.top.setdefault((kind, name), set()).update(top)
        self.inside.setdefault((kind, name), set()).update(inside)

    def read_native(self, text):
        for kind, name, body in re.findall(r'^(?:resource|data) "([^"]+)" "([^"]+)" \{\n(.*?)^\}', text, flags=re.M | re.S):
            top = re.findall(r'^  (?:dynamic "([^"]+)"|(\w+))[ \w]*[={ ]', body, flags=re.M)
            inside = re.findall(r'dynamic "([^"]+)"|(\w+) *[={]', body)
            self.add(kind, name, {a or b for a, b in top}, {a or b for a, b in inside})

    def read_tree(self, tree):
        def each(value):
            return value if isinstance(value, list) else [value]

        def keys(value):
            if isinstance(value, dict):
                return set(value).union(*(keys(v) for v in value.values()))
            return set().union(*(keys(v) for v in value)) if isinstance(value, list) else set()

        for mode in ("resource", "data"):
            for group in each(tree.get(mode, [])):
                for kind, named in group.items():
                    for one in each(named):
                        for name, bodies in one.items():
                            for body in each(bodies):
                                top = set(body)
                                for dynamic in each(body.get("dynamic", {})):
                                    top |= set(dynamic)
                                self.add(kind, name, top, keys(body))


def blocks_kept(value, unknown, names):
    """A value and its tree of unknowns. Block values are lists of objects: what no block sets is the provider's own."""
    if isinstance(value, list):
        unknown = unknown if isinstance(unknown, list) else [unknown] * len(value)
        pairs = [blocks_kept(v, u, names) if isinstance(v, dict) else (v, u) for v, u in zip(value, unknown)]
        pairs = [
            ({k: v for k, v in item.items() if v is not None or has_unknown(tree.get(k))}, tree) if isinstance(item, dict) else (item, tree)
            for item, tree in pairs
        ]
        return [v for v, _ in pairs], [u for _, u in pairs]
    if isinstance(value, dict):
        trees = unknown if isinstance(unknown, dict) else {}
        kept = {k: inner_kept(value.get(k), trees.get(k), names) for k in {**value, **trees} if k in names}
        return {k: v for k, (v, _) in kept.items()}, {k: u for k, (_, u) in kept.items() if u}
    return value, unknown


def inner_kept(value, unknown, names):
    """Below a block only lists hold further blocks: an object is a map, whose keys all count."""
    return blocks_kept(value, unknown, names) if isinstance(value, list) else (value, unknown)


def sort_keys(value):
    if isinstance(value, dict):
        return {k: sort_keys(value[k]) for k in sorted(value)}
    if isinstance(value, list):
        return [sort_keys(v) for v in value]
    return value


def has_unknown(tree):
    if isinstance(tree, dict):
        return any(has_unknown(v) for v in tree.values())
    if isinstance(tree, list):
        return any(has_unknown(v) for v in tree)
    return tree is True


def walk_modules(module):
    yield from module.get("resources", [])
    for child in module.get("child_modules", []):
        yield from walk_modules(child)


def entry(resource, values, unknown, names, keep):
    """What is kept of one resource or data source."""
    builtin = resource["type"] == "terraform_data"
    key = (resource["type"], resource["name"])
    top = names.top.get(key, set()) | keep | ({"json"} if resource["mode"] == "data" else set())
    result = {"unknown": [], "partial": {}, "values": {}}
    for name in set(values or {}) | set(unknown or {}):
        if not builtin and name not in top:
            continue
        value, tree = (values or {}).get(name), (unknown or {}).get(name)
        if not builtin and isinstance(value, list):
            value, tree = blocks_kept(value, tree, names.inside.get(key, set()))
        if has_unknown(tree):
            result["unknown"].append(name)
            if tree is not True:
                result["partial"][name] = with_unknowns(value, tree)
        elif value is not None:
            result["values"][name] = value
    result["unknown"].sort()
    if not result["partial"]:
        del result["partial"]
    if resource["mode"] == "managed":
        result["type"] = resource["type"]
    return result


def expected_of(plan, names, keep):
    resources, data, outputs = {}, {}, {}
    for resource in plan.get("resource_changes", []):
        change = resource["change"]
        kept = data if resource["mode"] == "data" else resources
        if change["actions"] != ["delete"]:
            kept[resource["address"]] = entry(resource, change["after"], change["after_unknown"], names, keep)
    # Data sources that could be read during the plan are in its prior state.
    for resource in walk_modules(plan.get("prior_state", {}).get("values", {}).get("root_module", {})):
        if resource["mode"] == "data":
            data[resource["address"]] = entry(resource, resource["values"], {}, names, keep)
    for name, change in plan.get("output_changes", {}).items():
        unknown = change.get("after_unknown")
        if unknown is True:
            outputs[name] = {"unknown": True}
        else:
            outputs[name] = {"value": with_unknowns(change.get("after"), unknown)}
        if change.get("after_sensitive"):
            outputs[name]["sensitive"] = True
    return {"data": data, "outputs": outputs, "resources": resources}


def short_message(error):
    """The part of a message that does not depend on the order of things."""
    return error["summary"].split(":")[0].strip()


def record_case(terraform, scratch, case):
    settings = {}
    if (case / "case.json").exists():
        settings = json.loads((case / "case.json").read_text(encoding="utf-8"))
    folder = scratch / "modules" / case.name
    shutil.copytree(case, folder, ignore=shutil.ignore_patterns("expected.json", "case.json"))
    env = settings.get("env", {})
    made = terraform.run(folder, "init", "-input=false", "-no-color", env=env)
    errors = []
    if made.returncode:
        said = re.findall(r"Error: (.+)", made.stdout + made.stderr)
        errors = [{"summary": text} for text in said if not text.startswith("Terraform encountered")]
        if not settings.get("may_fail"):
            print(f"{case.name}: init failed: {made.stderr}")
    else:
        if "workspace" in settings:
            terraform.run(folder, "workspace", "new", settings["workspace"])
        errors = terraform.plan(folder, settings.get("args", []), env)
    if errors:
        answer = {"error": True, "message_contains": min(short_message(e) for e in errors)}
        if not settings.get("may_fail"):
            print(f"{case.name}: {errors[0]['summary']}: {errors[0].get('detail', '')} {errors[0].get('range', '')}")
    else:
        if settings.get("may_fail"):
            print(f"{case.name}: expected to fail, but did not")
        answer = expected_of(terraform.show(folder), Names(case), set(settings.get("keep", [])))
    text = write_json(sort_keys(answer), indent=1) + "\n"
    path = case / "expected.json"
    changed = not path.exists() or path.read_text(encoding="utf-8") != text
    path.write_text(text, encoding="utf-8")
    shutil.rmtree(folder)
    return changed


def record_modules(terraform, scratch, names):
    changed = []
    cases = sorted(p for p in MODULES.iterdir() if p.is_dir() and (not names or p.name in names))
    for case in cases:
        if record_case(terraform, scratch, case):
            changed.append(case.name)
    print(f"modules: {len(cases)}, changed: {' '.join(changed) or 'none'}")
    return bool(changed)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--mirror", help="folder with the AWS provider, laid out as a filesystem mirror")
    parser.add_argument("--only", choices=["expressions", "modules"])
    parser.add_argument("--case", action="append", help="only this module case (may be repeated)")
    parser.add_argument("--check-types", action="store_true", help="compare the types with the console's type()")
    options = parser.parse_args()
    changed = False
    with tempfile.TemporaryDirectory(prefix="record-") as name:
        scratch = Path(name)
        (scratch / "home").mkdir()
        terraform = Terraform(options.mirror and Path(options.mirror).resolve(), scratch / "home")
        if options.only != "modules" and not options.case:
            changed |= record_expressions(terraform, scratch, options.check_types)
        if options.only != "expressions" and MODULES.is_dir():
            changed |= record_modules(terraform, scratch, options.case)
    sys.exit(1 if changed else 0)


if __name__ == "__main__":
    main()
