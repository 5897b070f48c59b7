"""Writes the attribute paths of every resource type that the vocabulary names: one line per type, the paths behind it.

    python3 testdata/schemas/record.py AWS.json CFN_LINT_WHEEL PREFIX=CDKTF...

AWS.json is the output of `terraform providers schema -json` for the AWS provider, CFN_LINT_WHEEL the wheel of the PyPI
package cfn-lint, each CDKTF an unpacked npm package `@cdktf/provider-azurerm`, `…-azuread` or `…-google` with the prefix
of its types (`azurerm_=FOLDER`). Of one prefix several may be given, for several major versions of the provider: a path of
any of them counts. Types of a prefix that no folder is given for keep their rows.
It fails when properties of one object in CloudFormation have the same name but for case and underscores: the vocabulary
could not tell them apart.
"""

import json
import pathlib
import re
import sys
import zipfile

HERE = pathlib.Path(__file__).parent
RULES = HERE.parent.parent / "rules"
DEPTH = 7

# Types that version 5 of the AWS provider no longer has; their arguments after the documentation of version 4.
RETIRED = {
    "aws_db_security_group": ["description", "ingress", "ingress.cidr", "ingress.security_group_id", "ingress.security_group_name", "ingress.security_group_owner_id", "name"],
    "aws_elasticache_security_group": ["description", "name", "security_group_names"],
    "aws_redshift_security_group": ["description", "ingress", "ingress.cidr", "ingress.security_group_name", "ingress.security_group_owner_id", "name"],
}


def named():
    text = "\n".join(path.read_text() for path in sorted(RULES.rglob("_kinds.yaml")))
    text += "\n".join(path.read_text().split("\n---\n")[0] for path in sorted(RULES.rglob("*.md")))
    terraform = set(re.findall(r"\b(?:aws|azurerm|azuread|google)_[a-z0-9_]+", text))
    return terraform, set(re.findall(r"(?:AWS|Alexa)::\w+::\w+", text))


def block_paths(block, prefix, depth):
    for name, attribute in block.get("attributes", {}).items():
        yield prefix + name
        kind = attribute.get("type")
        # Blocks that may also be written as an attribute have the type of a list of objects.
        while isinstance(kind, list) and kind[0] in ("list", "set"):
            kind = kind[1]
        if isinstance(kind, list) and kind[0] == "object":
            yield from (f"{prefix}{name}.{member}" for member in kind[1])
    for name, inner in block.get("block_types", {}).items():
        yield prefix + name
        if depth:
            yield from block_paths(inner["block"], prefix + name + ".", depth - 1)


def resolve(schema, node):
    for _ in range(20):
        if "$ref" not in node:
            return node
        target = schema
        for part in node["$ref"].lstrip("#/").split("/"):
            target = target.get(part, {})
        node = target
    return {}


def cloudformation_paths(schema, node, prefix, depth):
    node = resolve(schema, node)
    if "items" in node:
        yield from cloudformation_paths(schema, node["items"], prefix, depth)
    for name, inner in node.get("properties", {}).items():
        yield prefix + name
        if depth:
            yield from cloudformation_paths(schema, inner, prefix + name + ".", depth - 1)
    for choice in ("oneOf", "anyOf", "allOf"):
        for inner in node.get(choice, []):
            yield from cloudformation_paths(schema, inner, prefix, depth)


def siblings(node):
    """Sets of property names of one object that are equal but for case and underscores."""
    if isinstance(node, dict):
        groups = {}
        for name in node.get("properties", {}) if isinstance(node.get("properties"), dict) else {}:
            groups.setdefault(name.lower().replace("_", ""), set()).add(name)
        yield from (tuple(sorted(group)) for group in groups.values() if len(group) > 1)
        for inner in node.values():
            yield from siblings(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from siblings(inner)


def cdktf_paths(folder, type_name):
    """Of the TypeScript declarations of a resource: interfaces, their members and the links to the documentation."""
    short = type_name.split("_", 1)[1]
    text = (folder / "lib" / short.replace("_", "-") / "index.d.ts").read_text()
    for structs in sorted((folder / "lib" / short.replace("_", "-")).rglob("*structs*.d.ts")):
        text += structs.read_text()
    interfaces = {}
    for name, body in re.findall(r"export interface (\w+)[^{]*\{(.*?)\n\}", text, re.S):
        members = re.findall(r"#(\w+) \w+#\w+\}.*?\n\s+readonly (\w+)\??: ([^;]+);", body, re.S)
        interfaces[name] = [(attribute, kind) for attribute, _, kind in members]
    config = next(name for name in interfaces if name.endswith("Config") and f"class {name[:-6]} extends" in text)

    def walk(name, prefix, depth):
        for attribute, kind in interfaces.get(name, []):
            yield prefix + attribute
            inner = re.match(r"(\w+)", kind.replace("cdktf.IResolvable | ", ""))
            if inner and depth and inner.group(1) in interfaces:
                yield from walk(inner.group(1), prefix + attribute + ".", depth - 1)

    return walk(config, "", DEPTH)


def write(name, rows):
    lines = [" ".join([kind, *sorted(set(paths))]) for kind, paths in sorted(rows.items())]
    (HERE / name).write_text("\n".join(lines) + "\n")


def cdktf_rows(terraform, folders, rows):
    for prefix, folder in folders:
        for name in terraform:
            index = pathlib.Path(folder) / "lib" / name.split("_", 1)[1].replace("_", "-") / "index.d.ts"
            if name.startswith(prefix) and index.exists():
                rows[name] = [*rows.get(name, []), *cdktf_paths(pathlib.Path(folder), name)]


def recorded(name):
    path = HERE / name
    lines = path.read_text().splitlines() if path.exists() else []
    return {line.split(" ")[0]: line.split(" ")[1:] for line in lines}


def main(aws, wheel, *folders):
    terraform, cloudformation = named()
    folders = [folder.split("=", 1) for folder in folders]
    given = tuple(prefix for prefix, _ in folders)
    rows = {name: paths for name, paths in recorded("terraform.txt").items() if name in terraform and not name.startswith((*given, "aws_"))}
    (provider,) = json.loads(pathlib.Path(aws).read_text())["provider_schemas"].values()
    for name in terraform:
        if name.startswith("aws_") and name in provider["resource_schemas"]:
            rows[name] = block_paths(provider["resource_schemas"][name]["block"], "", DEPTH)
        elif name in RETIRED:
            rows[name] = RETIRED[name]
    rows["provider.aws"] = block_paths(provider["provider"]["block"], "", DEPTH)
    cdktf_rows(terraform, folders, rows)
    write("terraform.txt", rows)

    rows, same = {}, set()
    with zipfile.ZipFile(wheel) as files:
        base = "cfnlint/data/schemas/"
        index = json.loads(files.read(base + "providers/us-east-1.json"))
        for name, digest in index.items():
            schema = json.loads(files.read(f"{base}resources/{digest}.json"))
            same.update(siblings(schema))
            if name in cloudformation:
                rows[name] = list(cloudformation_paths(schema, schema, "", DEPTH))
    write("cloudformation.txt", rows)
    if same:
        sys.exit(f"not to be told apart in snake case: {sorted(same)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
