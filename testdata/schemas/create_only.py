"""Writes the properties of CloudFormation's types that cannot change without replacing the resource, perhaps.

    python3 testdata/schemas/create_only.py CFN_LINT_WHEEL

One line per type that the vocabulary names, the paths behind it: `createOnlyProperties` and
`conditionalCreateOnlyProperties` of the resource schemas that AWS publishes, as the PyPI package cfn-lint carries them.
"""

import json
import pathlib
import sys
import zipfile

HERE = pathlib.Path(__file__).parent


def main(wheel):
    named = {line.split(" ")[0] for line in (HERE / "cloudformation.txt").read_text().splitlines()}
    lines = []
    with zipfile.ZipFile(wheel) as files:
        base = "cfnlint/data/schemas/"
        index = json.loads(files.read(base + "providers/us-east-1.json"))
        for name in sorted(named & index.keys()):
            schema = json.loads(files.read(f"{base}resources/{index[name]}.json"))
            fixed = schema.get("createOnlyProperties", []) + schema.get("conditionalCreateOnlyProperties", [])
            paths = sorted({path.removeprefix("/properties/").replace("/*", "").replace("/", ".") for path in fixed})
            if paths:
                lines.append(" ".join([name, *paths]))
    (HERE / "create_only.txt").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
