"""PyTorch's losses on closed-form numbers, and twenty steps of SGD on each: writes losses.json beside itself.

Run with a Python that has PyTorch (made with 1.13). For each loss, with the mean and with the sum: its value and its gradient at given predictions; then, with
the mean, the losses and all parameters of a linear layer at each of twenty steps. All in float64, which is what the test compares with; the greatest
difference that float32 alone makes to a parameter is in the file as float32_difference.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

INPUTS, CLASSES, ROWS, STEPS = 3, 4, 6, 20
IGNORED = -100


def numbers(shape, scale, phase):
    """Closed-form numbers as float32 holds them, in float64."""
    count = math.prod(shape)
    values = torch.tensor([scale * math.sin(1.7 * i + phase) for i in range(count)], dtype=torch.float64)
    return values.float().double().reshape(shape)


FULL = (ROWS, CLASSES)
REAL = numbers(FULL, 2.0, 0.9)
POSITIVE = numbers(FULL, 2.0, 0.9).abs()
YES = torch.tensor([float(i % 3 == 0) for i in range(ROWS * CLASSES)], dtype=torch.float64).reshape(FULL)
CLASS = torch.tensor([(3 * i * i + i) % CLASSES for i in range(ROWS)])
SOME = torch.tensor([IGNORED if i % 4 == 3 else (3 * i * i + i) % CLASSES for i in range(ROWS)])
SOFT = torch.softmax(numbers(FULL, 1.5, 0.4), 1).float().double()
SURE = SOFT.clone()
SURE[0] = torch.tensor([0.0, 1.0, 0.0, 0.0])
PROBABILITY = torch.sigmoid(numbers(FULL, 1.5, 0.4)).float().double()
WEIGHTS = torch.tensor([0.5, 1.25, 2.0, 0.75], dtype=torch.float64)


def mean_of_rows(reduction):
    return "batchmean" if reduction == "mean" else reduction


# Each takes predictions [ROWS, CLASSES], the reduction and the type in which constants are wanted.
LOSSES = {
    "squared_error": lambda x, r, c: F.mse_loss(x, c(REAL), reduction=r),
    "squared_logarithmic_error": lambda x, r, c: F.mse_loss(torch.log1p(F.softplus(x)), torch.log1p(c(POSITIVE)), reduction=r),
    "absolute_error": lambda x, r, c: F.l1_loss(x, c(REAL), reduction=r),
    "huber": lambda x, r, c: F.huber_loss(x, c(REAL), reduction=r, delta=0.7),
    "binary_cross_entropy": lambda x, r, c: F.binary_cross_entropy_with_logits(x, c(YES), reduction=r),
    "binary_cross_entropy_soft_weighted": lambda x, r, c: F.binary_cross_entropy_with_logits(
        x, c(PROBABILITY), reduction=r, pos_weight=c(WEIGHTS)),
    "cross_entropy": lambda x, r, c: F.cross_entropy(x, CLASS, reduction=r),
    "cross_entropy_weighted_ignored": lambda x, r, c: F.cross_entropy(x, SOME, reduction=r, weight=c(WEIGHTS), ignore_index=IGNORED),
    "cross_entropy_smoothed": lambda x, r, c: F.cross_entropy(x, SOME, reduction=r, label_smoothing=0.1),
    "cross_entropy_smoothed_weighted": lambda x, r, c: F.cross_entropy(x, SOME, reduction=r, weight=c(WEIGHTS), label_smoothing=0.2),
    "cross_entropy_soft": lambda x, r, c: F.cross_entropy(x, c(SOFT), reduction=r),
    "cross_entropy_soft_smoothed_weighted": lambda x, r, c: F.cross_entropy(
        x, c(SOFT), reduction=r, weight=c(WEIGHTS), label_smoothing=0.2),
    "negative_log_likelihood": lambda x, r, c: F.nll_loss(F.log_softmax(x, 1), SOME, reduction=r, weight=c(WEIGHTS)),
    "kl_divergence": lambda x, r, c: F.kl_div(F.log_softmax(x, 1), c(SURE), reduction=mean_of_rows(r)),
    "hinge": lambda x, r, c: F.margin_ranking_loss(x, torch.zeros_like(x), 2 * c(YES) - 1, margin=1, reduction=r),
    "multi_class_hinge": lambda x, r, c: F.multi_margin_loss(x, CLASS, reduction=r),
    "multi_class_hinge_squared_weighted": lambda x, r, c: F.multi_margin_loss(
        x, CLASS, p=2, margin=0.5, weight=c(WEIGHTS), reduction=r),
}


def at(loss, reduction):
    x = numbers(FULL, 3.0, 0.2).requires_grad_()
    value = loss(x, reduction, lambda t: t)
    value.backward()
    return {"loss": value.item(), "gradient": x.grad.flatten().tolist()}


def trajectory(loss, dtype):
    layer = torch.nn.Linear(INPUTS, CLASSES).to(dtype)
    with torch.no_grad():
        layer.weight.copy_(numbers((CLASSES, INPUTS), 0.5, 0.1))
        layer.bias.copy_(numbers((CLASSES,), 0.5, 0.7))
    x = numbers((ROWS, INPUTS), 1.0, 0.3).to(dtype)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.5)
    losses, parameters = [], []
    for _ in range(STEPS):
        optimizer.zero_grad()
        value = loss(layer(x), "mean", lambda t: t.to(dtype))
        value.backward()
        optimizer.step()
        losses.append(value.item())
        parameters.append(layer.weight.flatten().tolist() + layer.bias.tolist())
    return losses, parameters


def rounded(value):
    if isinstance(value, dict):
        return {key: rounded(item) for key, item in value.items()}
    if isinstance(value, list):
        return [rounded(item) for item in value]
    return float(f"{value:.9g}")


def main():
    result = {}
    for name, loss in LOSSES.items():
        losses, parameters = trajectory(loss, torch.float64)
        _, single = trajectory(loss, torch.float32)
        difference = max(abs(a - b) for step, other in zip(parameters, single) for a, b in zip(step, other))
        result[name] = {
            "mean": at(loss, "mean"),
            "sum": at(loss, "sum"),
            "losses": losses,
            "parameters": parameters,
            "float32_difference": difference,
        }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "losses.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(rounded(result), file, indent=None, separators=(",", ":"))
        file.write("\n")


main()
