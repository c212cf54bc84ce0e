#!/usr/bin/env python3
"""A trainer for `sheaf node --trainer` with PyTorch: logistic regression by L-BFGS, on a module
that could be any other with the model's tensors. docs/trainer.md says what a trainer is given
and what it gives back. (Where the package `safetensors` is installed, its load_file and
save_file do what `read` and `write` do here.)"""
import json
import os
import struct
import sys

import torch

KINDS = {"F64": torch.float64, "F32": torch.float32}


def read(path):
    with open(path, "rb") as file:
        size, = struct.unpack("<Q", file.read(8))
        header, data = json.loads(file.read(size)), bytearray(file.read())
    return {name: torch.frombuffer(data, dtype=KINDS[entry["dtype"]],
                                   offset=entry["data_offsets"][0],
                                   count=max(1, torch.Size(entry["shape"]).numel())
                                   ).reshape(entry["shape"])
            for name, entry in header.items() if name != "__metadata__"}


def write(path, tensors):
    header, data = {}, b""
    for name, tensor in sorted(tensors.items()):
        part = struct.pack("<%dd" % tensor.numel(), *tensor.flatten().tolist())
        header[name] = {"dtype": "F64", "shape": list(tensor.shape),
                        "data_offsets": [len(data), len(data) + len(part)]}
        data += part
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + data)


def main():
    with open(os.environ["SHEAF_JOB"]) as file:
        job = json.load(file)
    torch.manual_seed(job["seed"])
    torch.set_num_threads(1)
    if job["format"] != "sheaf-logistic/1":
        print("this trainer knows logistic models alone, not", job["format"], file=sys.stderr)
        return 64
    data, model = read(job["files"]["data"]), read(job["files"]["model"])
    weight = model["weight"].clone().requires_grad_()
    bias = model["bias"].clone().requires_grad_()
    optimizer = torch.optim.LBFGS([weight, bias], lr=0.5, max_iter=3)
    loss_of = torch.nn.BCEWithLogitsLoss()

    def closure():
        optimizer.zero_grad()
        loss = loss_of(data["x"] @ weight + bias, data["y"]) + 0.001 * weight.square().sum()
        loss.backward()
        return loss

    loss = 0.0
    for step in range(5):
        loss = optimizer.step(closure).item()
        print(json.dumps({"step": step + 1, "of": 5, "loss": loss}), flush=True)
    write(job["files"]["update"], {"weight": weight.detach(), "bias": bias.detach()})
    with open(job["files"]["metrics"], "w") as file:
        json.dump({"loss": loss, "rows": len(data["y"])}, file)
    return 0


sys.exit(main())
