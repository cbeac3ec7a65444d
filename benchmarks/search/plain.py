#!/usr/bin/env python3
"""A differentiable search of PocketNet's cells in plain PyTorch, operation by operation: the peer that our search is measured against.

    plain.py golden FOLDER            checks this script against the search fixtures of a golden folder
    plain.py serve --threads N --batch N --channels N --size N --classes N
                                      one JSON line in, one out: {"do": "first"|"second", "times": k} -> {"seconds": [...], "busy": processor seconds, "peakMiB": m}
"""
import argparse
import copy
import json
import pathlib
import resource
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F


def separable(c_in, c_out, kernel, stride):
    return nn.Sequential(
        nn.PReLU(c_in),
        nn.Conv2d(c_in, c_in, kernel, stride, kernel // 2, groups=c_in, bias=False),
        nn.Conv2d(c_in, c_out, 1, bias=False),
        nn.BatchNorm2d(c_out, affine=False),
    )


class Separable(nn.Module):
    def __init__(self, c_in, c_out, kernel, stride=1):
        super().__init__()
        self.net = separable(c_in, c_out, kernel, stride)

    def forward(self, x):
        return self.net(x)


class Pool(nn.Module):
    def __init__(self, kind, channels, stride):
        super().__init__()
        self.pool = nn.MaxPool2d(3, stride, 1) if kind == "max" else nn.AvgPool2d(3, stride, 1, count_include_pad=False)
        self.bn = nn.BatchNorm2d(channels, affine=False)

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
        self.bn = nn.BatchNorm2d(c_out, affine=False)

    def forward(self, x):
        x = self.relu(x)
        return self.bn(torch.cat([self.conv12(self.conv11(x)), self.conv22(self.conv21(x[:, :, 1:, 1:]))], 1))


class Nothing(nn.Module):
    def __init__(self, stride):
        super().__init__()
        self.stride = stride

    def forward(self, x):
        return x[:, :, :: self.stride, :: self.stride] * 0.0


class Mixed(nn.Module):
    def __init__(self, channels, stride):
        super().__init__()
        self._ops = nn.ModuleList(
            [Pool("max", channels, stride), Pool("avg", channels, stride), nn.Identity() if stride == 1 else FactorizedReduce(channels, channels)]
            + [Separable(channels, channels, kernel, stride) for kernel in (3, 5, 7, 1)]
            + [Nothing(stride)]
        )

    def forward(self, x, weights):
        return sum(weight * op(x) for weight, op in zip(weights, self._ops))


class Cell(nn.Module):
    def __init__(self, nodes, before, last, channels, reduces, after_reduction):
        super().__init__()
        self.reduces = reduces
        self.preproc0 = FactorizedReduce(before, channels) if after_reduction else Separable(before, channels, 1)
        self.preproc1 = Separable(last, channels, 1)
        self.dag = nn.ModuleList(
            nn.ModuleList(Mixed(channels, 2 if reduces and source < 2 else 1) for source in range(node + 2)) for node in range(nodes)
        )

    def forward(self, before, last, weights):
        states = [self.preproc0(before), self.preproc1(last)]
        for edges, shares in zip(self.dag, weights):
            states.append(sum(edge(state, share) for edge, state, share in zip(edges, states, shares)))
        return torch.cat(states[2:], 1)


class Net(nn.Module):
    def __init__(self, classes, channels, cells, nodes, size, groups, multiplier=3):
        super().__init__()
        reductions = {cells // 3, 2 * cells // 3, cells - 1}
        stem = channels * multiplier
        self.stem = nn.Sequential(nn.Conv2d(3, stem, 3, 2, 1, bias=False), nn.BatchNorm2d(stem))
        self.cells = nn.ModuleList()
        before = last = stem
        for i in range(cells):
            channels *= 2 if i in reductions else 1
            self.cells.append(Cell(nodes, before, last, channels, i in reductions, i - 1 in reductions))
            before, last = last, nodes * channels
        side = size // 2 ** (1 + len(reductions))
        self.tail = nn.Sequential(
            nn.PReLU(last), nn.Conv2d(last, 512, 1, bias=False), nn.BatchNorm2d(512), nn.PReLU(512),
            nn.Conv2d(512, 512, side, groups=groups, bias=False), nn.BatchNorm2d(512),
            nn.Conv2d(512, 128, 1, bias=False), nn.BatchNorm2d(128),
        )
        self.linear = nn.Linear(128, classes)

    def forward(self, x, normal, reduce):
        before = last = self.stem(x)
        for cell in self.cells:
            before, last = last, cell(before, last, reduce if cell.reduces else normal)
        return self.linear(self.tail(last).flatten(1))


class Search(nn.Module):
    def __init__(self, nodes=4, **shape):
        super().__init__()
        self.alpha_normal = nn.ParameterList(nn.Parameter(1e-3 * torch.randn(i + 2, 8)) for i in range(nodes))
        self.alpha_reduce = nn.ParameterList(nn.Parameter(1e-3 * torch.randn(i + 2, 8)) for i in range(nodes))
        self.net = Net(nodes=nodes, **shape)

    def alphas(self):
        return [*self.alpha_normal, *self.alpha_reduce]

    def loss(self, batch, net=None):
        images, labels = batch
        normal, reduce = ([F.softmax(a, -1) for a in alphas] for alphas in (self.alpha_normal, self.alpha_reduce))
        return F.cross_entropy((net or self.net)(images, normal, reduce), labels)


class Step:
    """One whole step, of either order; by default alpha moves first, from the validation loss alone."""

    def __init__(self, search, lr=0.1, momentum=0.9, decay=3e-4):
        self.search, self.lr, self.momentum, self.decay = search, lr, momentum, decay
        self.weights = list(search.net.parameters())
        self.sgd = torch.optim.SGD(self.weights, lr, momentum=momentum, weight_decay=decay)
        self.adam = torch.optim.Adam(search.alphas(), 1.2e-3, betas=(0.5, 0.999), weight_decay=1e-3)
        self.ahead = copy.deepcopy(search.net)

    def unrolled(self, train, val):
        search, weights = self.search, self.weights
        slopes = torch.autograd.grad(search.loss(train), weights)
        with torch.no_grad():
            for w, ahead, g in zip(weights, self.ahead.parameters(), slopes):
                velocity = self.sgd.state[w].get("momentum_buffer", 0.0) * self.momentum
                ahead.copy_(w - self.lr * (velocity + g + self.decay * w))
        alphas = search.alphas()
        found = torch.autograd.grad(search.loss(val, self.ahead), alphas + list(self.ahead.parameters()))
        direct, dw = found[: len(alphas)], found[len(alphas):]
        eps = 0.01 / torch.cat([d.reshape(-1) for d in dw]).norm()

        def move(by):
            with torch.no_grad():
                for w, d in zip(weights, dw):
                    w += by * d

        move(eps)
        above = torch.autograd.grad(search.loss(train), alphas)
        move(-2 * eps)
        below = torch.autograd.grad(search.loss(train), alphas)
        move(eps)
        return [d - self.lr * (p - n) / (2 * eps) for d, p, n in zip(direct, above, below)]

    def __call__(self, train, val, order=2, released=False):
        alphas = self.search.alphas()
        gradient = self.unrolled(train, val) if order == 2 else torch.autograd.grad(self.search.loss(val), alphas)
        for alpha, g in zip(alphas, gradient):
            alpha.grad = g
        if not released:
            self.adam.step()
        self.sgd.zero_grad()
        if not released:
            for alpha in alphas:
                alpha.requires_grad_(False)
        self.search.loss(train).backward()
        for alpha in alphas:
            alpha.requires_grad_(True)
        nn.utils.clip_grad_norm_(self.weights, 5)
        self.sgd.step()
        if released:
            self.adam.step()


def read_safetensors(path):
    data = pathlib.Path(path).read_bytes()
    size = int.from_bytes(data[:8], "little")
    tensors = {}
    for name, entry in json.loads(data[8:8 + size]).items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        dtype = {"F32": torch.float32, "I64": torch.int64}[entry["dtype"]]
        tensors[name] = torch.frombuffer(bytearray(data[8 + size + first:8 + size + last]), dtype=dtype).reshape(entry["shape"])
    return tensors


def golden(folder):
    folder = pathlib.Path(folder)
    failed = checked = 0
    for fixture in json.loads((folder / "index.json").read_text())["fixtures"]:
        if fixture["kind"] != "search":
            continue
        files = {name.split(".")[-2]: folder / name for name in fixture["files"]}
        about = json.loads((folder / fixture["description"]).read_text())
        init, data, after = (read_safetensors(files[name]) for name in ("init", "fixture", "D-after-steps"))
        model = about["model"]
        shape = dict(classes=model["n_classes"], channels=model["C"], cells=model["n_layers"], nodes=model["n_nodes"], size=model["input"],
                     groups=512 // init["net.tail.4.weight"].shape[1], multiplier=model["stem_multiplier"])
        train, val = ((data[f"{half}_images"], data[f"{half}_labels"]) for half in ("train", "val"))
        for released, part in ((None, "B"), (True, "D1"), (False, "E1")):
            search = Search(**shape)
            search.load_state_dict(init)
            step = Step(search, about["xi"], about["w_momentum"], about["w_weight_decay"])
            names = [name for name, _ in search.named_parameters() if name.startswith("alpha")]
            if released is None:
                own = torch.cat([g.flatten() for g in step.unrolled(train, val)])
                target = torch.cat([data[f"B.galpha_unrolled.{name}"].flatten() for name in names])
                error, limit = ((own - target).norm() / target.norm()).item(), fixture["tolerance"]["secondOrderRelL2"]
            else:
                step(train, val, released=released)
                own = torch.cat([alpha.detach().flatten() for alpha in search.alphas()])
                target = torch.cat([after[f"{part}.{name}"].flatten() for name in names])
                error, limit = (own - target).abs().max().item(), fixture["tolerance"]["firstStepAlphaAbs"]
            print(f"{fixture['name']} {part}: error {error:.2e} (tolerance {limit:g})")
            checked += 1
            failed += error > limit
    print(f"{checked - failed} passed, {failed} failed")
    return 1 if failed or not checked else 0


def serve(options):
    torch.set_num_threads(options.threads)
    torch.manual_seed(0)
    search = Search(classes=options.classes, channels=options.channels, cells=options.cells, size=options.size, groups=512)
    step = Step(search)
    images = lambda: (torch.randn(options.batch, 3, options.size, options.size), torch.arange(options.batch) % options.classes)
    train, val = images(), images()
    print(json.dumps({"version": torch.__version__, "threads": torch.get_num_threads()}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        seconds, busy = [], time.process_time()
        for _ in range(request["times"]):
            start = time.perf_counter()
            step(train, val, order=2 if request["do"] == "second" else 1)
            seconds.append(time.perf_counter() - start)
        busy = time.process_time() - busy
        print(json.dumps({"seconds": seconds, "busy": busy, "peakMiB": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}), flush=True)
    return 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("golden").add_argument("folder")
    serving = verbs.add_parser("serve")
    for name, default in (("threads", 2), ("batch", 8), ("channels", 16), ("cells", 8), ("size", 112), ("classes", 1000)):
        serving.add_argument(f"--{name}", type=int, default=default)
    options = parser.parse_args()
    return golden(options.folder) if options.verb == "golden" else serve(options)


if __name__ == "__main__":
    sys.exit(main())
