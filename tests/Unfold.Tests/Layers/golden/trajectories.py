"""Ten steps of training small recurrent language models in PyTorch, from closed-form weights on closed-form tokens: writes trajectories.json beside itself.

Run with a Python that has PyTorch (made with 1.13). An embedding, two recurrent layers, a linear layer and softmax cross-entropy; at each step the next
T tokens of N streams, the state carried from step to step without gradient. The second bias is zero and frozen, for Unfold's cells have one; but a GRU's
candidate keeps its own, inside the reset. Each trajectory is made in float64, which is what the test compares with, and in float32, for the difference
that float arithmetic alone makes.
"""
import json
import math
import os

import torch

V, E, H, L, T, N, STEPS = 11, 6, 8, 2, 7, 3, 10


def token(t, n):
    return (t * t + 3 * t * n + 5 * n + t // 4) % V


def numbers(shape, phase):
    count = math.prod(shape)
    return torch.tensor([0.4 * math.sin(1.7 * i + phase) for i in range(count)], dtype=torch.float64).reshape(shape)


class Model(torch.nn.Module):
    def __init__(self, kind):
        super().__init__()
        self.encoder = torch.nn.Embedding(V, E)
        self.rnn = getattr(torch.nn, kind)(E, H, L)
        self.decoder = torch.nn.Linear(H, V)
        with torch.no_grad():
            for place, (name, parameter) in enumerate(self.named_parameters()):
                parameter.copy_(numbers(parameter.shape, 0.3 + 0.9 * place))
                if "bias_hh" in name:
                    kept = 2 * H if kind == "GRU" else parameter.shape[0]
                    parameter[:kept] = 0
                    parameter.register_hook(lambda gradient, kept=kept: torch.cat([torch.zeros_like(gradient[:kept]), gradient[kept:]]))

    def forward(self, tokens, state):
        output, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(output), state


def trajectory(kind, make_optimizer, dtype):
    model = Model(kind).to(dtype)
    optimizer = make_optimizer(model.parameters())
    losses, state = [], None
    for step in range(STEPS):
        first = step * T
        tokens = torch.tensor([[token(first + t, n) for n in range(N)] for t in range(T)])
        targets = torch.tensor([[token(first + t + 1, n) for n in range(N)] for t in range(T)])
        optimizer.zero_grad()
        logits, state = model(tokens, state)
        loss = torch.nn.functional.cross_entropy(logits.reshape(T * N, V), targets.reshape(T * N))
        loss.backward()
        optimizer.step()
        state = tuple(s.detach() for s in state) if kind == "LSTM" else state.detach()
        losses.append(loss.item())
    return losses


def main():
    optimizers = {
        "sgd": lambda p: torch.optim.SGD(p, lr=0.5),
        "adam": lambda p: torch.optim.Adam(p, lr=0.01),
    }
    result = {}
    for cell, kind in (("rnn", "RNN"), ("lstm", "LSTM"), ("gru_reset_after", "GRU")):
        for name, make in optimizers.items():
            losses = trajectory(kind, make, torch.float64)
            single = trajectory(kind, make, torch.float32)
            difference = max(abs(a - b) for a, b in zip(losses, single))
            result[f"{cell} {name}"] = {"losses": losses, "float32_difference": difference}
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "trajectories.json")
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        json.dump(result, file, indent=1)
        file.write("\n")


main()
