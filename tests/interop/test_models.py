#!/usr/bin/env python3
"""Model files of Sheaf, read by others: the safetensors by a reader of forty lines that follows
the format's description, and by the format's own library where it is installed; the ONNX by
Debian's python3-onnx, whose checker must accept it and whose graph, evaluated with numpy operator
by operator, must say what Sheaf says. Without python3-onnx and numpy that part is skipped."""
import csv
import json
import math
import os
import struct
import subprocess
import sys
import tempfile

try:
    import numpy
    import onnx
    from onnx import checker, numpy_helper, shape_inference
except ImportError:
    onnx = None
    if sys.executable != "/usr/bin/python3" and os.path.exists("/usr/bin/python3"):
        os.execv("/usr/bin/python3", ["/usr/bin/python3", os.path.abspath(__file__)])
try:
    import safetensors.numpy as library
except ImportError:
    library = None
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "../e2e"))
from kit import check, finish  # noqa: E402

NAMES = ["linear", "logistic", "logistic-clipped", "logistic-gaps", "mlp-class", "mlp-number",
         "trees-number", "trees-class"]
TYPES = {"F64": "d", "F32": "f", "I64": "q", "I32": "i", "U8": "B"}


def run(*arguments):
    return subprocess.run(list(map(str, arguments)), capture_output=True, text=True, timeout=60)


# ---- safetensors ----

def safetensors_read(data):
    """Notes and tensors, as the format's description has them; raises where it does not hold."""
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8:8 + length].decode("utf-8"))
    body, at, tensors = data[8 + length:], 0, {}
    notes = header.pop("__metadata__", {})
    for name, told in sorted(header.items(), key=lambda item: item[1]["data_offsets"]):
        begin, end = told["data_offsets"]
        letter = TYPES[told["dtype"]]
        values = math.prod(told["shape"])
        assert begin == at and end - begin == values * struct.calcsize(letter), name
        assert (8 + length + begin) % struct.calcsize(letter) == 0, name
        tensors[name] = (told["shape"], struct.unpack(f"<{values}{letter}", body[begin:end]))
        at = end
    assert at == len(body), "bytes behind the last tensor"
    return notes, tensors


def check_safetensors(folder, name):
    with open(os.path.join(folder, name + ".safetensors"), "rb") as file:
        data = file.read()
    try:
        notes, tensors = safetensors_read(data)
        kind = "sheaf-" + name.split("-")[0] + "/1"
        check(f"{name}: a reader by the format's description finds {len(tensors)} tensors",
              notes["format"] == kind and tensors, notes)
    except (AssertionError, KeyError, ValueError, struct.error) as error:
        check(f"{name}: a reader by the format's description", False, repr(error))
        return
    if library:
        found = library.load(data)
        check(f"{name}: the format's own library finds the same",
              {key: (list(value.shape), tuple(value.ravel().tolist()))
               for key, value in found.items()}
              == {key: (shape, values) for key, (shape, values) in tensors.items()})


# ---- onnx ----

def attributes(node):
    return {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}


def trees_sum(told, x):
    """TreeEnsembleRegressor as its description says, one record after the other."""
    thresholds = numpy_helper.to_array(told["nodes_values_as_tensor"])
    weights = numpy_helper.to_array(told["target_weights_as_tensor"])
    index = {key: i for i, key in enumerate(zip(told["nodes_treeids"], told["nodes_nodeids"]))}
    leaf = dict(zip(zip(told["target_treeids"], told["target_nodeids"]), weights))
    out = numpy.zeros((len(x), 1))
    for row, record in enumerate(x):
        for tree in sorted(set(told["nodes_treeids"])):
            node = 0
            while told["nodes_modes"][index[tree, node]] == b"BRANCH_LT":
                i = index[tree, node]
                value = record[told["nodes_featureids"][i]]
                yes = (told["nodes_missing_value_tracks_true"][i] if math.isnan(value)
                       else value < thresholds[i])
                node = told["nodes_truenodeids" if yes else "nodes_falsenodeids"][i]
            assert told["nodes_modes"][index[tree, node]] == b"LEAF"
            out[row, 0] += leaf[tree, node]
    return out.astype(numpy.float32)


def evaluate(model, x):
    values = {c.name: numpy_helper.to_array(c) for c in model.graph.initializer}
    values[model.graph.input[0].name] = x
    types = {1: numpy.float32, 11: numpy.float64}
    operators = {
        "Sub": lambda told, a, b: a - b,
        "Div": lambda told, a, b: a / b,
        "Mul": lambda told, a, b: a * b,
        "Add": lambda told, a, b: a + b,
        "Clip": lambda told, a, low, high: numpy.clip(a, low, high),
        "IsNaN": lambda told, a: numpy.isnan(a),
        "Where": lambda told, a, b, c: numpy.where(a, b, c),
        "Cast": lambda told, a: a.astype(types[told["to"]]),
        "Gemm": lambda told, a, b, c: a @ (b.T if told.get("transB") else b) + c,
        "Relu": lambda told, a: numpy.maximum(a, 0),
        "Tanh": lambda told, a: numpy.tanh(a),
        "Sigmoid": lambda told, a: 1 / (1 + numpy.exp(-a)),
        "TreeEnsembleRegressor": trees_sum,
    }
    for node in model.graph.node:
        values[node.output[0]] = operators[node.op_type](attributes(node),
                                                         *(values[i] for i in node.input))
    return values[model.graph.output[0].name]


def check_onnx(sheaf, folder, name):
    path = os.path.join(folder, name + ".onnx")
    done = run(sheaf, "model", "export", os.path.join(folder, name + ".safetensors"), "--onnx",
               path)
    if not check(f"{name}: sheaf model export writes it", done.returncode == 0, done.stderr):
        return
    again = path + ".again"
    run(sheaf, "model", "export", os.path.join(folder, name + ".safetensors"), "--onnx", again)
    with open(path, "rb") as one, open(again, "rb") as other:
        data = one.read()
        check(f"{name}: twice the same bytes", data == other.read())
    if not onnx:
        return
    model = onnx.load(path)
    try:
        checker.check_model(model, full_check=True)
        check(f"{name}: onnx's checker accepts it", True)
    except (checker.ValidationError, shape_inference.InferenceError) as error:
        check(f"{name}: onnx's checker accepts it", False, error)
    check(f"{name}: the protocol buffer's own library writes the same bytes",
          model.SerializeToString() == data)
    with open(os.path.join(folder, name + ".csv"), encoding="utf-8") as file:
        rows = numpy.array([[float(value) for value in row] for row in csv.reader(file)])
    found = evaluate(model, rows[:, :-1])
    worst = numpy.max(numpy.abs(found[:, 0] - rows[:, -1]))
    limit = 1e-12 if name.startswith("l") else 1e-4 if name == "mlp-number" else 2e-6
    check(f"{name}: evaluated with numpy it says what Sheaf says, within {limit}",
          found.dtype == numpy.float64 and found.shape == (len(rows), 1) and worst < limit,
          f"differs by {worst}")
    told = {entry.key: entry.value for entry in model.metadata_props}
    features = "c0,c1,c2,c3,c4" + ("=mean" if name == "logistic-gaps" else "")
    check(f"{name}: it names its features", told == {"features": features, "label": "y"}, told)


def check_refusals(sheaf, folder):
    nonsense = os.path.join(folder, "nonsense")
    with open(nonsense, "wb") as file:
        file.write(struct.pack("<Q", 8) + b"{}      ")
    for what, words, arguments in [
            ("a file that is no model", "has no form in ONNX", [nonsense, "--onnx", "x"]),
            ("no file", "cannot open", [nonsense + "2", "--onnx", "x"]),
            ("a folder to write to", "", [os.path.join(folder, "logistic.safetensors"), "--onnx",
                                          folder])]:
        done = run(sheaf, "model", "export", *arguments)
        check(f"refused: {what}", done.returncode == 1 and words in done.stderr, done.stderr)
    done = run(sheaf, "model", "export", nonsense)
    check("wrong usage: no format is asked for", done.returncode == 2, done.stderr)


def main():
    sheaf = os.environ["SHEAF"]
    with tempfile.TemporaryDirectory() as folder:
        done = run(os.environ["MAKE_MODELS"], folder)
        if check("models of every kind are made", done.returncode == 0, done.stderr):
            for name in NAMES:
                check_safetensors(folder, name)
                check_onnx(sheaf, folder, name)
            check_refusals(sheaf, folder)
    if not library:
        print("# skipped: the library safetensors of Python is not installed")
    if not onnx:
        print("# skipped: python3-onnx and python3-numpy are not installed")
    finish()


if __name__ == "__main__":
    main()
