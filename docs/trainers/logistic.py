#!/usr/bin/env python3
"""A trainer for `sheaf node --trainer`: logistic regression by gradient descent, with nothing but
Python's own library. docs/trainer.md says what a trainer is given and what it gives back."""
import array
import json
import math
import os
import struct
import sys

NOT_MINE, BAD_DATA = 64, 65


def read(path):
    """The tensors of a safetensors file: name -> (shape, numbers)."""
    kinds = {"F64": "d", "F32": "f"}
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), file.read()
    tensors = {}
    for name, entry in header.items():
        if name != "__metadata__":
            begin, end = entry["data_offsets"]
            tensors[name] = entry["shape"], array.array(kinds[entry["dtype"]], data[begin:end])
    return tensors


def write(path, tensors):
    """A safetensors file of F64 tensors: name -> (shape, numbers)."""
    header, data = {}, b""
    for name, (shape, numbers) in sorted(tensors.items()):
        part = array.array("d", numbers).tobytes()
        header[name] = {"dtype": "F64", "shape": list(shape),
                        "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    with open(os.environ["SHEAF_JOB"]) as file:
        job = json.load(file)
    if job["format"] != "sheaf-logistic/1":
        print("this trainer knows logistic models alone, not", job["format"], file=sys.stderr)
        return NOT_MINE
    data, model = read(job["files"]["data"]), read(job["files"]["model"])
    (rows, inputs), x = data["x"]
    y = data["y"][1]
    if len(set(y)) < 2:
        print("all rows have the same label", file=sys.stderr)
        return BAD_DATA
    weight, bias = list(model["weight"][1]), model["bias"][1][0]
    rate, steps = job["learning"]["rate_millionths"] / 1e6, job["learning"]["steps"]
    loss = 0.0
    for step in range(steps):
        slope, slope_bias, loss = [0.0] * inputs, 0.0, 0.0
        for i in range(rows):
            row = x[i * inputs:(i + 1) * inputs]
            score = bias + sum(w * v for w, v in zip(weight, row))
            score = max(-30.0, min(30.0, score))
            chance = 1 / (1 + math.exp(-score))
            loss -= math.log(chance if y[i] else 1 - chance) / rows
            error = (chance - y[i]) / rows
            slope_bias += error
            for j, v in enumerate(row):
                slope[j] += error * v
        weight = [w - rate * s for w, s in zip(weight, slope)]
        bias -= rate * slope_bias
        print(json.dumps({"step": step + 1, "of": steps, "loss": loss}), flush=True)
    write(job["files"]["update"], {"weight": ([inputs], weight), "bias": ([1], [bias])})
    with open(job["files"]["metrics"], "w") as file:
        json.dump({"loss": loss, "rows": rows}, file)
    return 0


sys.exit(main())
