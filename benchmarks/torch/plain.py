#!/usr/bin/env python3
"""PocketNet in plain PyTorch, layer by layer as the paper describes it: the peer that our engine is measured against.

    plain.py golden FOLDER            checks this script against the network fixtures of a golden folder
    plain.py serve --threads N --batch N --classes N [--device cuda] [--precision bf16] [--clock cpu]
                                      one JSON line in, one out: {"do": "forward"|"step", "times": k} -> {"milliseconds": [...]}
"""
import argparse
import json
import math
import pathlib
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

CASIA = {
    "normal": [[("dw3", 0), ("dw1", 1)], [("dw3", 2), ("dw5", 0)], [("dw3", 3), ("dw3", 0)], [("dw3", 4), ("skip", 0)]],
    "reduce": [[("dw3", 1), ("dw7", 0)], [("skip", 2), ("dw5", 1)], [("max", 0), ("skip", 2)], [("max", 0), ("max", 1)]],
}


class Separable(nn.Module):
    def __init__(self, c_in, c_out, kernel, stride=1):
        super().__init__()
        self.net = nn.Sequential(
            nn.PReLU(c_in),
            nn.Conv2d(c_in, c_in, kernel, stride, kernel // 2, groups=c_in, bias=False),
            nn.Conv2d(c_in, c_out, 1, bias=False),
            nn.BatchNorm2d(c_out),
        )

    def forward(self, x):
        return self.net(x)


class Pool(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self.pool = nn.MaxPool2d(3, stride, 1)
        self.bn = nn.BatchNorm2d(channels)

    def forward(self, x):
        return self.bn(self.pool(x))


class FactorizedReduce(nn.Module):
    def __init__(self, c_in, c_out):
        super().__init__()
        self.relu = nn.PReLU(c_in)
        self.conv11 = nn.Conv2d(c_in, c_in, 1, 2, groups=c_in, bias=False)
        self.conv12 = nn.Conv2d(c_in, c_out // 2, 1, bias=False)
        self.conv21 = nn.Conv2d(c_in, c_in, 1, 2, groups=c_in, bias=False)
        self.conv22 = nn.Conv2d(c_in, c_out // 2, 1, bias=False)
        self.bn = nn.BatchNorm2d(c_out)

    def forward(self, x):
        x = self.relu(x)
        return self.bn(torch.cat([self.conv12(self.conv11(x)), self.conv22(self.conv21(x[:, :, 1:, 1:]))], 1))


def operation(name, channels, stride):
    if name == "skip":
        return nn.Identity()
    return Pool(channels, stride) if name == "max" else Separable(channels, channels, int(name[2:]), stride)


class Cell(nn.Module):
    def __init__(self, nodes, before, last, channels, reduces, after_reduction):
        super().__init__()
        self.preproc0 = FactorizedReduce(before, channels) if after_reduction else Separable(before, channels, 1)
        self.preproc1 = Separable(last, channels, 1)
        self.sources = [[source for _, source in edges] for edges in nodes]
        self.dag = nn.ModuleList(
            nn.ModuleList(operation(name, channels, 2 if reduces and source < 2 else 1) for name, source in edges) for edges in nodes
        )

    def forward(self, before, last):
        states = [self.preproc0(before), self.preproc1(last)]
        for sources, edges in zip(self.sources, self.dag):
            states.append(sum(edge(states[source]) for edge, source in zip(edges, sources)))
        return torch.cat(states[2:], 1)


class PocketNet(nn.Module):
    def __init__(self, channels=16, cells=18, embedding=128):
        super().__init__()
        reductions = {cells // 3, 2 * cells // 3, cells - 1}
        stem = 4 * channels
        self.stem = nn.Sequential(nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem))
        self.cells = nn.ModuleList()
        before = last = stem
        for i in range(cells):
            reduces = i in reductions
            channels *= 2 if reduces else 1
            self.cells.append(Cell(CASIA["reduce" if reduces else "normal"], before, last, channels, reduces, i - 1 in reductions))
            before, last = last, 4 * channels
        wide = 512
        self.tail = nn.Sequential(
            nn.PReLU(last), nn.Conv2d(last, wide, 1, bias=False), nn.BatchNorm2d(wide), nn.PReLU(wide),
            nn.Conv2d(wide, wide, 7, groups=wide, bias=False), nn.BatchNorm2d(wide),
            nn.Conv2d(wide, embedding, 1, bias=False), nn.BatchNorm2d(embedding),
        )

    def forward(self, x):
        before = last = self.stem(x)
        for cell in self.cells:
            before, last = last, cell(before, last)
        return self.tail(last).flatten(1)


def arcface_loss(embeddings, kernel, labels, s=64.0, m=0.5):
    cosine = (F.normalize(embeddings) @ F.normalize(kernel, dim=0)).clamp(-1 + 1e-5, 1 - 1e-5)
    target = cosine.gather(1, labels[:, None])
    moved = target * math.cos(m) - (1 - target * target).sqrt() * math.sin(m)
    moved = torch.where(target > math.cos(math.pi - m), moved, target - math.sin(math.pi - m) * m)
    return F.cross_entropy(s * cosine.scatter(1, labels[:, None], moved), labels)


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    header = json.loads(data[8:8 + size])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        dtype = {"F32": torch.float32, "I64": torch.int64}[entry["dtype"]]
        raw = bytearray(data[8 + size + first:8 + size + last])
        tensors[name] = torch.frombuffer(raw, dtype=dtype).reshape(entry["shape"])
    return tensors


def golden(folder):
    folder = pathlib.Path(folder)
    failed = checked = 0
    for fixture in json.loads((folder / "index.json").read_text())["fixtures"]:
        weights = [name for name in fixture["files"] if name.endswith(".pth")]
        if fixture["kind"] != "network" or not weights:
            continue
        state = torch.load(folder / weights[0], map_location="cpu")
        tensors = read_safetensors(folder / next(name for name in fixture["files"] if name.endswith(".safetensors")))
        cells = 1 + max(int(name.split(".")[1]) for name in state if name.startswith("cells."))
        net = PocketNet(state["stem.0.weight"].shape[0] // 4, cells, state["tail.6.weight"].shape[0])
        net.load_state_dict(state)
        images = tensors["input"] if "input" in tensors else read_safetensors(folder / "images.safetensors")["images"]
        for mode, key in (("eval", "eval_output"), ("train", "train_output")):
            net.train(mode == "train")
            with torch.no_grad():
                error = (net(images) - tensors[key]).abs().max().item()
            limit = fixture["tolerance"][mode + "Abs"]
            print(f"{fixture['name']} {mode}: largest error {error:.2e} (tolerance {limit:g})")
            checked += 1
            failed += error > limit
    print(f"{checked - failed} passed, {failed} failed")
    return 1 if failed or not checked else 0


def serve(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    net = PocketNet()
    if options.weights:
        net.load_state_dict(torch.load(options.weights, map_location="cpu"))
    torch.backends.cudnn.allow_tf32 = False
    net.to(options.device)
    kernel = nn.Parameter(torch.randn(128, options.classes, device=options.device) * 0.01)
    images = torch.randn(options.batch, 3, 112, 112, device=options.device)
    labels = torch.arange(options.batch, device=options.device) % options.classes
    kind = torch.device(options.device).type

    def embed():
        with torch.autocast(kind, torch.bfloat16, enabled=options.precision == "bf16"):
            return net(images)
    backbone_optimiser = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
    head_optimiser = torch.optim.SGD([kernel], lr=1e-3, momentum=0.9, weight_decay=5e-4)

    def forward():
        net.eval()
        with torch.no_grad():
            embed().sum().item()

    def step():
        net.train()
        loss = arcface_loss(embed().float(), kernel, labels)
        backbone_optimiser.zero_grad()
        head_optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        backbone_optimiser.step()
        head_optimiser.step()
        loss.item()

    def small():
        a + a

    a = torch.ones(4, device=options.device)
    actions = {"forward": forward, "step": step, "small": small}
    now = time.process_time if options.clock == "cpu" else time.perf_counter
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        milliseconds = []
        for _ in range(request["times"]):
            start = now()
            actions[request["do"]]()
            milliseconds.append(1000 * (now() - start))
        print(json.dumps({"milliseconds": milliseconds}), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("golden").add_argument("folder")
    serving = verbs.add_parser("serve")
    serving.add_argument("--threads", type=int, required=True)
    serving.add_argument("--batch", type=int, default=16)
    serving.add_argument("--classes", type=int, default=2995)
    serving.add_argument("--weights")
    serving.add_argument("--device", default="cpu")
    serving.add_argument("--precision", default="float32")
    serving.add_argument("--clock", default="wall")
    options = parser.parse_args()
    return golden(options.folder) if options.verb == "golden" else serve(options)


if __name__ == "__main__":
    sys.exit(main())
