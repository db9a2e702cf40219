"""Outputs and gradients of two bidirectional layers over sequences of different lengths, by PyTorch in float64.

Run with a Python that has PyTorch (made with 1.13): bidirectional.py > bidirectional.json
"""
import json
import math

import torch

torch.set_default_dtype(torch.float64)
LENGTHS, C, H, L = [3, 5, 1, 4], 3, 4, 2


def wave(count, phase):
    return torch.tensor([0.5 * math.sin(phase + 0.9 * i + 0.003 * i * i) for i in range(count)])


def case(kind):
    layer = kind(C, H, L, bidirectional=True)
    weights = {}
    for number, (name, parameter) in enumerate(layer.named_parameters()):
        value = wave(parameter.numel(), number).reshape(parameter.shape)
        if "bias_hh" in name and kind is torch.nn.LSTM:
            value = torch.zeros_like(value)  # our LSTM has one bias
        parameter.data = value
        weights[name] = {"shape": list(value.shape), "values": value.flatten().tolist()}
    x = wave(max(LENGTHS) * len(LENGTHS) * C, 2).reshape(max(LENGTHS), len(LENGTHS), C).requires_grad_()
    packed = torch.nn.utils.rnn.pack_padded_sequence(x, LENGTHS, enforce_sorted=False)
    y, _ = torch.nn.utils.rnn.pad_packed_sequence(layer(packed)[0])
    y.backward(wave(y.numel(), 3).reshape(y.shape))
    return {
        "weights": weights,
        "output": y.flatten().tolist(),
        "input_gradient": x.grad.flatten().tolist(),
        "weight_gradients": {name: parameter.grad.flatten().tolist() for name, parameter in layer.named_parameters()},
    }


print(json.dumps({"lengths": LENGTHS, "lstm": case(torch.nn.LSTM), "gru_reset_after": case(torch.nn.GRU)}))
