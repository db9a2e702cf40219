"""Convolutions and transposed convolutions in PyTorch, on closed-form numbers: writes convolutions.json beside itself.

Run with a Python that has PyTorch (made with 1.13). For each case y, and the gradients of x, weight and bias for a closed-form gradient of y, in float64.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

CASES = [
    # transposed, x, weight, options
    (False, [2, 3, 9], [4, 3, 3], dict(stride=2, padding=1)),
    (False, [2, 4, 11], [6, 2, 4], dict(dilation=2, groups=2)),
    (False, [1, 2, 8], [3, 2, 5], dict(padding="same")),
    (False, [2, 3, 7, 6], [9, 3, 3, 2], dict(stride=(2, 1), padding=(1, 0))),
    (False, [1, 4, 6, 5], [8, 1, 3, 3], dict(groups=4, padding=2, dilation=(1, 2))),
    (False, [1, 17, 4, 3], [18, 17, 1, 1], dict()),
    (False, [1, 2, 6, 5], [3, 2, 4, 2], dict(padding="same", dilation=(1, 3))),
    (False, [1, 2, 4, 5, 6], [9, 2, 2, 3, 2], dict(stride=(1, 2, 3), padding=(0, 1, 1))),
    (True, [2, 3, 5], [3, 4, 4], dict(stride=3, padding=1, output_padding=2)),
    (True, [1, 4, 4, 3], [4, 9, 3, 2], dict(stride=(2, 1), padding=(1, 0), output_padding=(1, 0))),
    (True, [1, 6, 3, 4], [6, 2, 3, 3], dict(groups=3, dilation=2, stride=2)),
    (True, [1, 9, 2, 3, 2], [9, 2, 2, 2, 3], dict(stride=(2, 1, 2))),
]


def numbers(shape, phase):
    count = math.prod(shape)
    return torch.tensor([math.sin(1.7 * i + phase) for i in range(count)], dtype=torch.float64).reshape(shape).requires_grad_()


def text(tensor):
    return [float(f"{v:.9g}") for v in tensor.detach().flatten().tolist()]


def listed(value, axes):
    return value if isinstance(value, str) else list(value) if isinstance(value, tuple) else [value] * axes


results = []
for transposed, x_shape, w_shape, options in CASES:
    axes = len(x_shape) - 2
    x, w = numbers(x_shape, 0.3), numbers(w_shape, 1.2)
    outputs = w_shape[1] * options.get("groups", 1) if transposed else w_shape[0]
    b = numbers([outputs], 2.1)
    function = getattr(F, f"conv{'_transpose' if transposed else ''}{axes}d")
    y = function(x, w, b, **options)
    y.backward(numbers(list(y.shape), 3.0).detach())
    results.append(dict(
        transposed=transposed, x=x_shape, weight=w_shape, stride=listed(options.get("stride", 1), axes), padding=listed(options.get("padding", 0), axes),
        dilation=listed(options.get("dilation", 1), axes), output_padding=listed(options.get("output_padding", 0), axes), groups=options.get("groups", 1),
        y_shape=list(y.shape), y=text(y), dx=text(x.grad), dw=text(w.grad), db=text(b.grad)))

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "convolutions.json"), "w") as file:
    file.write("[\n" + ",\n".join(json.dumps(r) for r in results) + "\n]\n")
