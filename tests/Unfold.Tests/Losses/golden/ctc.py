"""PyTorch's connectionist temporal classification on closed-form numbers: writes ctc.json beside itself.

Run with a Python that has PyTorch (made with 1.13). For each case the loss of log_softmax(x), as a mean and as a sum, and x's gradient of the mean; in float64, x as float32 holds it.
"""
import json
import math
import os

import torch
import torch.nn.functional as F

CASES = [
    {"classes": 3, "blank": 0, "lengths": [4], "labels": [[1, 2]]},
    {"classes": 5, "blank": 0, "lengths": [7, 3, 9], "labels": [[1, 1, 2], [4], [3, 2, 3, 3]]},
    {"classes": 6, "blank": 5, "lengths": [12, 1, 5], "labels": [[0, 1, 2, 3, 4], [2], []]},
    {"classes": 28, "blank": 0, "lengths": [60, 45], "labels": [[1 + (7 * i) % 27 for i in range(20)], [1 + (3 * i) % 27 for i in range(12)]]},
]

results = []
for case in CASES:
    steps, batch, classes = max(case["lengths"]), len(case["lengths"]), case["classes"]
    x = torch.tensor([3.0 * math.sin(1.7 * i + 0.2) for i in range(steps * batch * classes)], dtype=torch.float64).float().double()
    x = x.reshape(steps, batch, classes).requires_grad_()
    targets = torch.tensor([label for own in case["labels"] for label in own], dtype=torch.long)
    counts = torch.tensor([len(own) for own in case["labels"]])
    lengths = torch.tensor(case["lengths"])
    sum_ = F.ctc_loss(F.log_softmax(x, 2), targets, lengths, counts, case["blank"], reduction="sum").item()
    mean = F.ctc_loss(F.log_softmax(x, 2), targets, lengths, counts, case["blank"], reduction="mean")
    mean.backward()
    results.append({**case, "mean": mean.item(), "sum": sum_, "gradient": x.grad.flatten().tolist()})

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "ctc.json"), "w") as file:
    json.dump(results, file)
    file.write("\n")
