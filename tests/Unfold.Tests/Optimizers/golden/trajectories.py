"""Twenty steps of PyTorch's optimizers on a linear regression with closed-form numbers: writes trajectories.json beside itself.

Run with a Python that has PyTorch (made with 1.13). Everything is float32, as in the test that reads the numbers.
"""
import json
import math
import os

import torch
import torch.optim.swa_utils

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


def trajectory(make_optimizer, clip=None, clip_value=None, l1=0.0, l2=0.0, average=None, make_scheduler=None):
    """make_optimizer takes the layer. The losses are those before the penalties; average is (first step, decay or None for the running mean)."""
    layer, x, y = problem()
    optimizer = make_optimizer(layer)
    scheduler = make_scheduler(optimizer) if make_scheduler else None
    averaged = None
    losses, norms = [], []
    for step in range(STEPS):
        optimizer.zero_grad()
        loss = ((layer(x) - y) ** 2).mean()
        penalty = sum(l1 * p.abs().sum() + l2 / 2 * (p**2).sum() for p in layer.parameters() if p.requires_grad)
        (loss + penalty).backward()
        if clip is not None:
            norms.append(torch.nn.utils.clip_grad_norm_(layer.parameters(), clip).item())
        if clip_value is not None:
            torch.nn.utils.clip_grad_value_(layer.parameters(), clip_value)
        optimizer.step()
        if scheduler:
            scheduler.step()
        losses.append(loss.item())
        if average is not None and step >= average[0]:
            decay = average[1]
            if averaged is None:
                mean = None if decay is None else lambda a, p, n: decay * a + (1 - decay) * p
                averaged = torch.optim.swa_utils.AveragedModel(layer, avg_fn=mean)
            averaged.update_parameters(layer)
    result = averaged.module if averaged else layer
    return {
        "losses": losses,
        "norms": norms,
        "weight": result.weight.flatten().tolist(),
        "bias": result.bias.tolist(),
    }


def plain(kind, **options):
    return lambda layer: kind(layer.parameters(), **options)


def groups(kind, weight, bias, **options):
    return lambda layer: kind([{"params": [layer.weight], **weight}, {"params": [layer.bias], **bias}], **options)


def frozen_bias(layer):
    layer.bias.requires_grad_(False)
    return torch.optim.SGD([layer.weight], lr=0.1)


def one_cycle(max_lr, **options):
    return lambda optimizer: torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr, total_steps=STEPS + 1, **options)


def main():
    o = torch.optim
    result = {
        "sgd": trajectory(plain(o.SGD, lr=0.1)),
        "sgd_weight_decay": trajectory(plain(o.SGD, lr=0.1, weight_decay=0.05)),
        "momentum": trajectory(plain(o.SGD, lr=0.05, momentum=0.9)),
        "nesterov": trajectory(plain(o.SGD, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.01)),
        "adam": trajectory(plain(o.Adam, lr=0.1)),
        "adam_options": trajectory(plain(o.Adam, lr=0.1, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.02)),
        "adamw": trajectory(plain(o.AdamW, lr=0.1)),
        "adamw_options": trajectory(plain(o.AdamW, lr=0.05, betas=(0.8, 0.95), eps=1e-3, weight_decay=0.3)),
        "adagrad": trajectory(plain(o.Adagrad, lr=0.2)),
        "adagrad_options": trajectory(plain(o.Adagrad, lr=0.2, lr_decay=0.1, weight_decay=0.02, eps=1e-3)),
        "rmsprop": trajectory(plain(o.RMSprop, lr=0.02)),
        "rmsprop_momentum": trajectory(plain(o.RMSprop, lr=0.005, alpha=0.9, momentum=0.8, weight_decay=0.02)),
        "rmsprop_centered": trajectory(plain(o.RMSprop, lr=0.02, alpha=0.9, eps=1e-3, centered=True)),
        "rmsprop_all": trajectory(plain(o.RMSprop, lr=0.005, alpha=0.95, eps=1e-4, momentum=0.5, centered=True)),
        "adadelta": trajectory(plain(o.Adadelta)),
        "adadelta_options": trajectory(plain(o.Adadelta, lr=0.5, rho=0.8, eps=1e-3, weight_decay=0.02)),
        "sgd_clipped": trajectory(plain(o.SGD, lr=0.1), clip=0.5),
        "adam_clipped_value": trajectory(plain(o.Adam, lr=0.1), clip_value=0.2),
        "sgd_penalties": trajectory(plain(o.SGD, lr=0.1), l1=0.03, l2=0.05),
        "adam_penalties": trajectory(plain(o.Adam, lr=0.1), l1=0.03, l2=0.05),
        "adamw_penalties": trajectory(plain(o.AdamW, lr=0.1, weight_decay=0.1), l1=0.03, l2=0.05),
        "nesterov_groups": trajectory(groups(o.SGD, {"lr": 0.02}, {"weight_decay": 0.2}, lr=0.05, momentum=0.9, nesterov=True)),
        "adamw_groups": trajectory(groups(o.AdamW, {"lr": 0.02, "weight_decay": 0.3}, {"weight_decay": 0.0}, lr=0.1)),
        "frozen": trajectory(frozen_bias),
        "one_cycle": trajectory(plain(o.SGD, lr=0.1, momentum=0.9), make_scheduler=one_cycle(0.1)),
        "one_cycle_adam": trajectory(plain(o.Adam, lr=0.1), make_scheduler=one_cycle(0.2, pct_start=0.4)),
        "average": trajectory(plain(o.SGD, lr=0.1), average=(5, None)),
        "average_decay": trajectory(plain(o.SGD, lr=0.1), average=(0, 0.8)),
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
