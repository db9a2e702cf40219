"""The fans and gains that PyTorch counts: writes initialization.json beside itself. Run with a Python that has PyTorch (made with 1.13)."""
import json
import os

import torch
from torch.nn import init

SHAPES = [[300, 200], [7, 1], [32, 16, 3], [32, 16, 3, 5], [8, 1, 7, 7], [6, 4, 2, 3, 4]]


def main():
    result = {
        "fans": [{"shape": shape, "fans": list(init._calculate_fan_in_and_fan_out(torch.empty(shape)))} for shape in SHAPES],
        "gains": {
            "linear": init.calculate_gain("linear"),
            "sigmoid": init.calculate_gain("sigmoid"),
            "tanh": init.calculate_gain("tanh"),
            "relu": init.calculate_gain("relu"),
            "leaky_relu": init.calculate_gain("leaky_relu"),
            "leaky_relu 0.2": init.calculate_gain("leaky_relu", 0.2),
        },
    }
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "initialization.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
