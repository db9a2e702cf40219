"""The learning rates, as factors of the first, of PyTorch's schedulers: writes schedules.json beside itself.

Run with a Python that has PyTorch (made with 1.13). A list has a number for each step, or for each epoch where the name says so.
"""
import json
import os

import torch
from torch.optim import lr_scheduler as schedulers

STEPS = 40
LOSSES = [3.0, 2.5, 2.5, 2.49999, 2.6, 2.4, 2.7, 2.7, 2.39999, 2.41, 2.5, 2.0, 2.1, 2.2, 2.3, 2.4, 2.4, 1.99, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0, 2.0]


def rates(make_scheduler, steps=STEPS, losses=None):
    parameter = torch.nn.Parameter(torch.zeros(1))
    optimizer = torch.optim.SGD([parameter], lr=1.0, momentum=0.9)
    scheduler = make_scheduler(optimizer)
    result, momenta = [], []
    for step in range(steps):
        result.append(optimizer.param_groups[0]["lr"])
        momenta.append(optimizer.param_groups[0]["momentum"])
        optimizer.step()
        if step + 1 < steps:
            scheduler.step() if losses is None else scheduler.step(losses[step])
    return result, momenta


def main():
    one_cycle, momenta = rates(lambda o: schedulers.OneCycleLR(o, 1.0, total_steps=STEPS))
    early, early_momenta = rates(lambda o: schedulers.OneCycleLR(o, 1.0, total_steps=STEPS, pct_start=0.21, div_factor=10.0, final_div_factor=100.0))
    plateau = len(LOSSES) + 1
    result = {
        "step_by_epoch": rates(lambda o: schedulers.StepLR(o, 3, gamma=0.3))[0],
        "exponential_by_epoch": rates(lambda o: schedulers.ExponentialLR(o, 0.9))[0],
        "cosine": rates(lambda o: schedulers.CosineAnnealingLR(o, STEPS, eta_min=0.1))[0],
        "linear": rates(lambda o: schedulers.LinearLR(o, start_factor=1.0, end_factor=0.2, total_iters=STEPS))[0],
        "warm_up": rates(lambda o: schedulers.LinearLR(o, start_factor=1 / 8, end_factor=1.0, total_iters=7))[0],
        "one_cycle": one_cycle,
        "one_cycle_momentum": momenta,
        "one_cycle_early": early,
        "one_cycle_early_momentum": early_momenta,
        "plateau_losses": LOSSES,
        "plateau_by_epoch": rates(lambda o: schedulers.ReduceLROnPlateau(o, factor=0.5, patience=1), plateau, LOSSES)[0],
        "plateau_options_by_epoch": rates(
            lambda o: schedulers.ReduceLROnPlateau(o, factor=0.3, patience=0, threshold=0.01, cooldown=2, min_lr=0.02), plateau, LOSSES)[0],
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "schedules.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
