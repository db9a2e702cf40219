"""Twenty steps of PyTorch's optimizers on a linear regression with closed-form numbers: writes trajectories.json beside itself.

Run with a Python that has PyTorch (made with 1.13). Everything is float32, as in the test that reads the numbers.
"""
import json
import math
import os

import torch

INPUT, OUTPUT, ROWS, STEPS = 3, 2, 5, 20


def numbers(count, scale, phase):
    return [scale * math.sin(1.7 * i + phase) for i in range(count)]


def problem():
    layer = torch.nn.Linear(INPUT, OUTPUT)
    with torch.no_grad():
        layer.weight.copy_(torch.tensor(numbers(INPUT * OUTPUT, 0.5, 0.1)).reshape(OUTPUT, INPUT))
        layer.bias.copy_(torch.tensor(numbers(OUTPUT, 0.5, 0.7)))
    x = torch.tensor(numbers(ROWS * INPUT, 1.0, 0.3)).reshape(ROWS, INPUT)
    y = torch.tensor(numbers(ROWS * OUTPUT, 2.0, 0.9)).reshape(ROWS, OUTPUT)
    return layer, x, y


def trajectory(make_optimizer, clip=None):
    layer, x, y = problem()
    optimizer = make_optimizer(layer.parameters())
    losses, norms = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = ((layer(x) - y) ** 2).mean()
        loss.backward()
        if clip is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(layer.parameters(), clip).item())
        optimizer.step()
        losses.append(loss.item())
    return {
        "losses": losses,
        "norms": norms,
        "weight": layer.weight.flatten().tolist(),
        "bias": layer.bias.tolist(),
    }


def main():
    result = {
        "sgd": trajectory(lambda p: torch.optim.SGD(p, lr=0.1)),
        "sgd_weight_decay": trajectory(lambda p: torch.optim.SGD(p, lr=0.1, weight_decay=0.05)),
        "momentum": trajectory(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9)),
        "nesterov": trajectory(lambda p: torch.optim.SGD(p, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
        "adam": trajectory(lambda p: torch.optim.Adam(p, lr=0.1)),
        "adam_options": trajectory(lambda p: torch.optim.Adam(p, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.02)),
        "sgd_clipped": trajectory(lambda p: torch.optim.SGD(p, lr=0.1), clip=0.5),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
