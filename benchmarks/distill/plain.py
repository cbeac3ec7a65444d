#!/usr/bin/env python3
"""The released distillation step in plain PyTorch, planes laid out one after the other as the released code has them: the peer of bench.mjs.

    plain.py --threads N --batch N --classes N --student FILE --teacher FILE --head FILE --images FILE
        one JSON line in, one out: {"do": "teacher"|"arcface"|"live"|"cached"} -> {"gone": ..., "busy": ...} in milliseconds, of the
        clock and of processors; the first line out has the losses of the batch, before any step
"""
import argparse
import importlib.util
import json
import pathlib
import sys
import time

import torch
from torch import nn
import torch.nn.functional as F

beside = importlib.util.spec_from_file_location("student", pathlib.Path(__file__).parent.parent / "torch" / "plain.py")
student = importlib.util.module_from_spec(beside)
beside.loader.exec_module(student)


def conv3x3(c_in, c_out, stride=1):
    return nn.Conv2d(c_in, c_out, 3, stride, 1, bias=False)


class Unit(nn.Module):
    def __init__(self, c_in, c_out, stride):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(c_in)
        self.conv1 = conv3x3(c_in, c_out)
        self.bn2 = nn.BatchNorm2d(c_out)
        self.prelu = nn.PReLU(c_out)
        self.conv2 = conv3x3(c_out, c_out, stride)
        self.bn3 = nn.BatchNorm2d(c_out)
        self.downsample = None
        if stride != 1 or c_in != c_out:
            self.downsample = nn.Sequential(nn.Conv2d(c_in, c_out, 1, stride, bias=False), nn.BatchNorm2d(c_out))

    def forward(self, x):
        residual = self.bn3(self.conv2(self.prelu(self.bn2(self.conv1(self.bn1(x))))))
        return residual + (x if self.downsample is None else self.downsample(x))


class IResNet(nn.Module):
    def __init__(self, units=(3, 13, 30, 3), embedding=128):
        super().__init__()
        self.conv1 = conv3x3(3, 64)
        self.bn1 = nn.BatchNorm2d(64)
        self.prelu = nn.PReLU(64)
        c_in = 64
        for i, (count, c_out) in enumerate(zip(units, (64, 128, 256, 512)), 1):
            stage = [Unit(c_in if k == 0 else c_out, c_out, 2 if k == 0 else 1) for k in range(count)]
            setattr(self, f"layer{i}", nn.Sequential(*stage))
            c_in = c_out
        self.bn2 = nn.BatchNorm2d(512)
        self.fc = nn.Linear(512 * 7 * 7, embedding)
        self.features = nn.BatchNorm1d(embedding)

    def forward(self, x):
        x = self.prelu(self.bn1(self.conv1(x)))
        x = self.layer4(self.layer3(self.layer2(self.layer1(x))))
        return self.features(self.fc(self.bn2(x).flatten(1)))


def serve(options):
    torch.set_num_threads(options.threads)
    load = lambda path: torch.load(path, map_location="cpu")
    teacher, net = IResNet(), student.PocketNet()
    teacher.load_state_dict(load(options.teacher))
    net.load_state_dict(load(options.student))
    teacher.eval()
    net.train()
    kernel = nn.Parameter(load(options.head)["kernel"])
    images = load(options.images)["images"].contiguous()
    labels = torch.arange(options.batch) % options.classes
    backbone_optimiser = torch.optim.SGD(net.parameters(), lr=1e-3, momentum=0.9, weight_decay=5e-4)
    head_optimiser = torch.optim.SGD([kernel], lr=1e-3, momentum=0.9, weight_decay=5e-4)

    def look():
        with torch.no_grad():
            return F.normalize(teacher(images))

    def losses(targets):
        embeddings = net(images)
        head = student.arcface_loss(embeddings, kernel, labels)
        return head, 0 if targets is None else 100 * F.mse_loss(F.normalize(embeddings), targets)

    def step(targets):
        head, template = losses(targets)
        loss = head + template
        backbone_optimiser.zero_grad()
        head_optimiser.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(net.parameters(), 5)
        backbone_optimiser.step()
        head_optimiser.step()

    cached = look()
    actions = {
        "teacher": look,
        "arcface": lambda: step(None),
        "live": lambda: step(look()),
        "cached": lambda: step(cached),
    }
    head, template = (value.item() for value in losses(cached))
    net.load_state_dict(load(options.student))  # the running statistics as they were
    first = {"version": torch.__version__, "threads": torch.get_num_threads()}
    print(json.dumps({**first, "losses": {"arcface": head, "template": template}}), flush=True)
    for line in sys.stdin:
        request = json.loads(line)
        start, before = time.perf_counter(), time.process_time()
        actions[request["do"]]()
        gone, busy = time.perf_counter() - start, time.process_time() - before
        print(json.dumps({"gone": 1000 * gone, "busy": 1000 * busy}), flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("threads", "batch", "classes"):
        parser.add_argument(f"--{name}", type=int, required=True)
    for name in ("student", "teacher", "head", "images"):
        parser.add_argument(f"--{name}", required=True)
    serve(parser.parse_args())


if __name__ == "__main__":
    main()
