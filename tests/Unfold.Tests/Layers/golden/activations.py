"""PyTorch's activations on closed-form numbers, and twenty steps of SGD through each: writes activations.json beside itself.

Run with a Python that has PyTorch (made with 1.13). For each activation its values and its gradient on five rows of nine numbers; then the losses
and the last parameters of linear, activation, linear, mean squared error. All in float64, which is what the test compares with; the greatest difference that
float32 alone makes to a loss or a parameter is in the file as float32_difference.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

INPUTS, HIDDEN, OUTPUTS, ROWS, STEPS = 3, 5, 2, 6, 20
EXTREMES = [-100.0, -30.0, -10.0, -0.001, 0.0, 0.001, 10.0, 30.0, 100.0]


def numbers(shape, scale, phase):
    """Closed-form numbers as float32 holds them, in float64."""
    count = math.prod(shape)
    values = torch.tensor([scale * math.sin(1.7 * i + phase) for i in range(count)], dtype=torch.float64)
    return values.float().double().reshape(shape)


ACTIVATIONS = {
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "relu": F.relu,
    "leaky_relu": F.leaky_relu,
    "leaky_relu 0.2": lambda x: F.leaky_relu(x, 0.2),
    "elu": F.elu,
    "elu 0.7": lambda x: F.elu(x, 0.7),
    "gelu": F.gelu,
    "silu": F.silu,
    "softplus": F.softplus,
    "softmax": lambda x: F.softmax(x, -1),
    "log_softmax": lambda x: F.log_softmax(x, -1),
}


def at(activation):
    extremes = torch.tensor([EXTREMES], dtype=torch.float64).float().double()
    x = torch.cat([numbers((4, len(EXTREMES)), 6.0, 0.3), extremes]).requires_grad_()
    y = activation(x)
    y.backward(numbers(y.shape, 1.0, 0.9))
    return y.flatten().tolist(), x.grad.flatten().tolist()


def trajectory(activation, dtype):
    first, second = torch.nn.Linear(INPUTS, HIDDEN).to(dtype), torch.nn.Linear(HIDDEN, OUTPUTS).to(dtype)
    parameters = [first.weight, first.bias, second.weight, second.bias]
    with torch.no_grad():
        for place, parameter in enumerate(parameters):
            parameter.copy_(numbers(parameter.shape, 0.8, 0.3 + 0.9 * place))
    x, y = numbers((ROWS, INPUTS), 1.0, 0.3).to(dtype), numbers((ROWS, OUTPUTS), 1.0, 0.9).to(dtype)
    optimizer = torch.optim.SGD(parameters, lr=0.1)
    losses = []
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = F.mse_loss(second(activation(first(x))), y)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return losses, [value for parameter in parameters for value in parameter.flatten().tolist()]


def rounded(values):
    return [float(f"{value:.9g}") for value in values]


def main():
    result = {}
    for name, activation in ACTIVATIONS.items():
        values, gradient = at(activation)
        losses, parameters = trajectory(activation, torch.float64)
        single = trajectory(activation, torch.float32)
        difference = max(abs(a - b) for a, b in zip(losses + parameters, single[0] + single[1]))
        result[name] = {
            "values": rounded(values),
            "gradient": rounded(gradient),
            "losses": rounded(losses),
            "parameters": rounded(parameters),
            "float32_difference": difference,
        }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "activations.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=None, separators=(",", ":"))
        file.write("\n")


main()
