"""Outputs and gradients of layers without a recurrence in PyTorch, from closed-form numbers: writes layers.json beside itself.

Run with a Python that has PyTorch (made with 1.13). Each layer gets, in the shape "x", x = 1.5 sin(1.7 i + 0.3), or that rounded to halves where equal numbers matter, its parameters
0.4 sin(1.7 i + 0.3 + 0.9 p) for the p-th of them (a variance 0.5 more), and the gradient cos(0.9 i) of its output. All in float64. Then a trajectory: the losses
of twenty steps of training a network with batch and layer normalisation, with the running statistics and the logits outside training that follow it.
"""
import json
import math
import os

import torch
from torch import nn
from torch.nn import functional as F


def numbers(shape, phase, factor=1.7, scale=0.4):
    count = math.prod(shape)
    return torch.tensor([scale * math.sin(factor * i + phase) for i in range(count)], dtype=torch.float64).reshape(shape)


def set_parameters(module):
    state = module.state_dict()
    with torch.no_grad():
        for place, (name, value) in enumerate((n, v) for n, v in state.items() if v.dtype.is_floating_point):
            value.copy_(numbers(value.shape, 0.3 + 0.9 * place) + (0.5 if name.endswith("var") else 0))


def layers():
    yield "max 1d", (2, 3, 11), nn.MaxPool1d(3)
    yield "max 1d padded", (2, 3, 11), nn.MaxPool1d(4, stride=2, padding=2)
    yield "max 1d dilated", (2, 3, 40), nn.MaxPool1d(3, stride=1, padding=1, dilation=3)
    yield "max 2d", (2, 3, 8, 10), nn.MaxPool2d(2)
    yield "max 2d 1x2", (2, 3, 8, 37), nn.MaxPool2d((1, 2))
    yield "max 2d ceiling", (2, 3, 8, 10), nn.MaxPool2d(3, stride=2, ceil_mode=True)
    yield "max 2d ceiling padded", (2, 3, 7, 6), nn.MaxPool2d((3, 2), stride=(3, 5), padding=(1, 1), ceil_mode=True)
    yield "max 2d dilated", (2, 3, 9, 20), nn.MaxPool2d((2, 3), stride=(1, 2), padding=(1, 1), dilation=(3, 2))
    yield "max 3d", (1, 2, 6, 5, 9), nn.MaxPool3d((2, 3, 2), stride=(2, 1, 2), padding=(1, 1, 0))
    yield "average 1d", (2, 3, 11), nn.AvgPool1d(3, stride=2, padding=1)
    yield "average 1d ceiling", (2, 3, 11), nn.AvgPool1d(4, stride=3, padding=2, ceil_mode=True)
    yield "average 2d", (2, 3, 8, 10), nn.AvgPool2d(2)
    yield "average 2d padded", (2, 3, 8, 20), nn.AvgPool2d(3, stride=1, padding=1)
    yield "average 2d not counting", (2, 3, 8, 10), nn.AvgPool2d(3, stride=2, padding=1, count_include_pad=False)
    yield "average 2d ceiling", (2, 3, 8, 10), nn.AvgPool2d((3, 4), stride=(2, 3), padding=(1, 2), ceil_mode=True)
    yield "average 2d ceiling not counting", (2, 3, 8, 10), nn.AvgPool2d((3, 4), stride=(2, 3), padding=(1, 2), ceil_mode=True, count_include_pad=False)
    yield "average 3d", (1, 2, 6, 5, 9), nn.AvgPool3d((2, 3, 2), stride=(2, 1, 2), padding=(1, 1, 1))
    yield "adaptive 1d", (2, 3, 11), nn.AdaptiveAvgPool1d(4)
    yield "adaptive 2d", (2, 3, 8, 10), nn.AdaptiveAvgPool2d((3, 7))
    yield "adaptive 2d larger", (2, 3, 3, 2), nn.AdaptiveAvgPool2d((5, 2))
    yield "adaptive 3d", (1, 2, 6, 5, 9), nn.AdaptiveAvgPool3d((4, 2, 3))
    yield "nearest 1d", (2, 3, 5), nn.Upsample(scale_factor=3, mode="nearest")
    yield "nearest 2d", (2, 3, 4, 5), nn.Upsample(scale_factor=(2, 3), mode="nearest")
    yield "linear 1d", (2, 3, 5), nn.Upsample(scale_factor=4, mode="linear", align_corners=False)
    yield "linear 2d", (2, 3, 4, 5), nn.Upsample(scale_factor=(2, 3), mode="bilinear", align_corners=False)
    yield "linear 3d", (1, 2, 3, 4, 2), nn.Upsample(scale_factor=(2, 3, 2), mode="trilinear", align_corners=False)
    yield "layer norm", (7, 2, 5), nn.LayerNorm(5)
    yield "layer norm of two axes", (3, 4, 5), nn.LayerNorm((4, 5), eps=1e-3)
    yield "batch norm", (6, 4), nn.BatchNorm1d(4)
    yield "batch norm 1d", (3, 4, 5), nn.BatchNorm1d(4, momentum=0.3, eps=1e-3)
    yield "batch norm 2d", (3, 2, 5, 9), nn.BatchNorm2d(2)
    yield "batch norm 3d of one example", (1, 2, 3, 4, 5), nn.BatchNorm3d(2)
    yield "batch norm outside training", (3, 2, 5, 9), nn.BatchNorm2d(2).eval()


def listed(tensor):
    """The elements to the eight decimals that a comparison with float32 can use."""
    return [round(value, 8) for value in tensor.detach().flatten().tolist()]


def golden(shape, module, halves):
    module = module.double()
    set_parameters(module)
    x = numbers(shape, 0.3, scale=1.5)
    x = (torch.round(x * 2) / 2 if halves else x).requires_grad_(True)
    y = module(x)
    y.backward(numbers(y.shape, math.pi / 2, factor=0.9, scale=1))
    result = {"x": list(shape), "shape": list(y.shape), "y": listed(y), "dx": listed(x.grad)}
    for name, parameter in module.named_parameters():
        result["d" + name] = listed(parameter.grad)
    for name, buffer in module.named_buffers():
        if buffer.dtype.is_floating_point:
            result[name] = listed(buffer)
    return result


class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.BatchNorm1d(3)
        self.hidden = nn.Linear(15, 8)
        self.rows = nn.LayerNorm(8)
        self.second = nn.BatchNorm1d(8)
        self.decoder = nn.Linear(8, 4)

    def forward(self, x):
        hidden = self.rows(self.hidden(self.first(x).flatten(1)))
        return self.decoder(F.relu(self.second(hidden)))


def trajectory(dtype):
    network = Network().double()
    set_parameters(network)
    network = network.to(dtype)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1)
    losses = []
    targets = torch.tensor([n % 4 for n in range(6)])
    for step in range(20):
        x = numbers((6, 3, 5), 0.3 + step, scale=1.5).to(dtype)
        optimizer.zero_grad()
        loss = F.cross_entropy(network(x), targets)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    network.eval()
    logits = network(numbers((6, 3, 5), 0.3, scale=1.5).to(dtype))
    state = {name: listed(value) for name, value in network.state_dict().items() if "running" in name}
    return {"losses": losses, "logits": listed(logits), **state}


def main():
    result = {name: golden(shape, module, name.startswith("max")) for name, shape, module in layers()}
    result["trajectory"] = trajectory(torch.float64)
    single = trajectory(torch.float32)["losses"]
    result["trajectory"]["float32_difference"] = max(abs(a - b) for a, b in zip(result["trajectory"]["losses"], single))
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "layers.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write("{\n" + ",\n".join(f"{json.dumps(name)}: {json.dumps(value)}" for name, value in result.items()) + "\n}\n")


main()
