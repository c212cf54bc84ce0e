# SPDX-License-Identifier: AGPL-3.0-or-later
"""check_bylaws.py SOURCE - the models of bylaws fit their published schema, once founders have said
what they must, and what the bylaws' parameters call enforced is read by a rule."""
import json
import os
import re
import sys

try:
    import jsonschema
except ImportError:
    jsonschema = None


def faults(schema, part, value, path="bylaws"):
    """What of the value a schema of ours does not allow."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].rsplit("/", 1)[1]]
    if "oneOf" in part or "enum" in part:
        allowed = part.get("enum") or [choice["const"] for choice in part["oneOf"]]
        if value not in allowed:
            yield f"{path} is none of {allowed}"
        return
    kinds = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int}
    kind = kinds[part["type"]]
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        yield f"{path} is no {part['type']}"
    elif kind is dict:
        for name in part["required"]:
            if name not in value:
                yield f"{path}.{name} is missing"
        for name, inner in value.items():
            if name in part["properties"]:
                yield from faults(schema, part["properties"][name], inner, f"{path}.{name}")
            else:
                yield f"{path}.{name} is unknown"
    elif kind is list:
        if not part["minItems"] <= len(value) <= part["maxItems"]:
            yield f"{path} has {len(value)} items"
        for number, inner in enumerate(value):
            yield from faults(schema, part["items"], inner, f"{path}[{number}]")
    elif kind is str:
        if not part.get("minLength", 0) <= len(value) <= part.get("maxLength", len(value)):
            yield f"{path} has {len(value)} characters"
    elif kind is int and not part["minimum"] <= value <= part["maximum"]:
        yield f"{path} is {value}"


def model_faults(source):
    with open(os.path.join(source, "docs/bylaws.schema.json"), encoding="utf-8") as file:
        schema = json.load(file)
    folder = os.path.join(source, "data/bylaws")
    for name in sorted(os.listdir(folder)):
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            model = json.load(file)
        if "purpose" not in model:
            continue  # parts that are laid over a model
        for field, value in model["purpose"].items():
            model["purpose"][field] = "x" if value == "" else value
        for fault in faults(schema, schema, model):
            yield f"data/bylaws/{name}: {fault}"
        if jsonschema:
            try:
                jsonschema.validate(model, schema)
            except jsonschema.ValidationError as error:
                yield f"data/bylaws/{name}: {error.message}"
        wrong = dict(model, surplus=dict(model["surplus"], data_bp=10001), motions={})
        if len(list(faults(schema, schema, wrong))) != 2:
            yield f"data/bylaws/{name}: two faults that were put in are not found"


def parameter_faults(source):
    """A number that no rule reads is not enforced."""
    rules = ""
    folder = os.path.join(source, "src/coop")
    for name in sorted(os.listdir(folder)):
        if name.endswith(".c"):
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                rules += file.read()
    with open(os.path.join(source, "src/bylaws/tbl/params.def"), encoding="utf-8") as file:
        columns = re.findall(r"^PARAM\((\w+),", file.read(), re.M)
    for column in columns:
        if not re.search(rf"->{column}\b(?!\s*=[^=])", rules):
            yield f"src/bylaws/tbl/params.def: no rule in src/coop reads {column}"
    if len(columns) < 10:
        yield "src/bylaws/tbl/params.def: its rows were not found"


def main(source):
    found = [*model_faults(source), *parameter_faults(source)]
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: check_bylaws.py SOURCE")
    sys.exit(main(sys.argv[1]))
