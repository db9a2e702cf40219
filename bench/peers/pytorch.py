"""Times PyTorch on one recurrent layer, or on a language model. The protocol is in README.md."""
import json
import sys
import time

import torch
from language_model import LanguageModelRun, read_characters, read_words
from torch import nn


class Peephole(nn.Module):
    """An LSTM whose gates see the cell state (Gers and Schmidhuber 2000), written by hand.

    The steps' inputs are taken apart at once. Most would write projected[t] in the loop, whose gradient is as large as the whole sequence
    in every step: `indexed` does that.
    """

    def __init__(self, input_size, hidden_size, indexed=False):
        super().__init__()
        self.indexed = indexed
        self.input = nn.Linear(input_size, 4 * hidden_size)
        self.recurrent = nn.Linear(hidden_size, 4 * hidden_size, bias=False)
        self.peepholes = nn.Parameter(torch.randn(3, hidden_size) * 0.05)

    def forward(self, x):
        steps, batch, _ = x.shape
        h = c = x.new_zeros(batch, self.recurrent.in_features)
        outputs = []
        projected = self.input(x)
        taken = None if self.indexed else projected.unbind(0)
        for t in range(steps):
            i, f, g, o = ((projected[t] if self.indexed else taken[t]) + self.recurrent(h)).chunk(4, dim=1)
            i = torch.sigmoid(i + self.peepholes[0] * c)
            f = torch.sigmoid(f + self.peepholes[1] * c)
            c = f * c + i * torch.tanh(g)
            o = torch.sigmoid(o + self.peepholes[2] * c)
            h = o * torch.tanh(c)
            outputs.append(h)
        return torch.stack(outputs)


CELLS = {
    "lstm": nn.LSTM, "gru_reset_after": nn.GRU, "rnn": nn.RNN, "peephole": Peephole,
    "peephole_indexed": lambda input_size, hidden_size: Peephole(input_size, hidden_size, indexed=True),
}


class LayerRun:
    """One layer: forward alone, or forward and backward to x and the weights."""

    def __init__(self, cell, training, t, n, c, h):
        if cell not in CELLS:
            raise ValueError(f"PyTorch has no {cell}")
        self.layer = CELLS[cell](c, h)
        self.x = torch.randn(t, n, c, requires_grad=training)
        self.gradient = torch.randn(t, n, h)
        self.training = training

    def __call__(self):
        if not self.training:
            with torch.no_grad():
                self.layer(self.x)
            return
        self.layer.zero_grad(set_to_none=True)
        self.x.grad = None
        y = self.layer(self.x)
        (y[0] if isinstance(y, tuple) else y).backward(self.gradient)


def prepare(cell, mode, t, n, c, h, threads):
    if mode not in ("train", "infer"):
        raise ValueError("expected CELL train|infer T N C H THREADS SECONDS")
    torch.set_num_threads(threads)
    if "=" in cell:
        kind, path = cell.split("=", 1)
        kind, _, dropout = kind.partition("@")
        read = {"language_model": read_characters, "word_model": read_words}[kind]
        return LanguageModelRun(*read(path), t, n, c, h, float(dropout or 0))
    return LayerRun(cell, mode == "train", t, n, c, h)


def measure(run, seconds):
    """Milliseconds of one run, sorted: at least three after one that is not counted, and then until the time is used up."""
    run()
    times, start = [], time.perf_counter()
    while len(times) < 3 or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        run()
        times.append((time.perf_counter() - before) * 1e3)
    return sorted(times)


def blas():
    """The BLAS behind PyTorch's products, by what it says of itself."""
    import ctypes
    try:
        library = ctypes.CDLL("libopenblas.so.0")
        library.openblas_get_config.restype = ctypes.c_char_p
        version = library.openblas_get_config().decode().split()
        library.openblas_get_corename.restype = ctypes.c_char_p
        return f"{version[0]} {version[1]} {library.openblas_get_corename().decode()}"
    except (OSError, AttributeError):
        return "MKL" if torch.backends.mkl.is_available() else "BLAS unknown"


def main():
    answer = lambda **fields: print(json.dumps(fields), flush=True)
    answer(peer="PyTorch", version=f"{torch.__version__} ({blas()})")
    prepared, run = None, None
    for line in sys.stdin:
        try:
            cell, mode, *sizes, seconds = line.split()
            wanted = (cell, mode, *map(int, sizes))
            if wanted != prepared:
                prepared, run = None, None
                run = prepare(*wanted)
                prepared = wanted
            times = measure(run, float(seconds))
            extra = {"loss": run.loss} if isinstance(run, LanguageModelRun) else {}
            answer(median=times[len(times) // 2], min=times[0], max=times[-1], **extra)
        except Exception as error:  # whatever is wrong with a request, the next one may be right
            answer(error=str(error))


main()
