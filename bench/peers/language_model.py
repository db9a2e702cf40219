"""The language model that `unfold train text` trains, in PyTorch: the same layers, batches, optimizer and clipping."""
import collections

import torch
from torch import nn


class LanguageModel(nn.Module):
    """Embedding, two layers of LSTM with dropout between them, scores of the next token."""

    def __init__(self, vocabulary, embedding, hidden, layers=2, dropout=0.0):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, embedding)
        self.rnn = nn.LSTM(embedding, hidden, layers, dropout=dropout)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, tokens, state):
        output, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(output), state


def read_characters(path):
    """Numbers of the characters of a text's first nine tenths, and how many there are."""
    with open(path, encoding="utf-8") as file:
        text = file.read()
    place = {character: i for i, character in enumerate(sorted(set(text)))}
    return [place[character] for character in text[: int(0.9 * len(text))]], len(place)


def read_words(path):
    """Numbers of the words of a text's first nine tenths, those that it has twice or more and one for all others, and how many there are."""
    with open(path, encoding="utf-8") as file:
        words = [word for line in file for word in (*line.split(), "<eol>")]
    words = words[: int(0.9 * len(words))]
    place = {"<unk>": 0}
    for word, count in collections.Counter(words).items():
        if count >= 2:
            place.setdefault(word, len(place))
    return [place.get(word, 0) for word in words], len(place)


class LanguageModelRun:
    """A step of training a call: `unroll` tokens of `batch` places in the text, the state carried on without a gradient."""

    def __init__(self, tokens, vocabulary, unroll, batch, embedding, hidden, dropout=0.0):
        length = (len(tokens) - 1) // batch
        tokens = torch.tensor(tokens)
        self.inputs = tokens[: batch * length].view(batch, length).t().contiguous()
        self.targets = tokens[1 : batch * length + 1].view(batch, length).t().contiguous()
        self.unroll = unroll
        self.model = LanguageModel(vocabulary, embedding, hidden, dropout=dropout)
        self.optimizer = torch.optim.Adam(self.model.parameters(), lr=0.004)
        self.criterion = nn.CrossEntropyLoss()
        self.state, self.position, self.loss = None, 0, 0.0

    def __call__(self):
        if self.position + self.unroll > len(self.inputs):
            self.state, self.position = None, 0
        chunk = slice(self.position, self.position + self.unroll)
        logits, state = self.model(self.inputs[chunk], self.state)
        loss = self.criterion(logits.flatten(0, 1), self.targets[chunk].flatten())
        self.optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.state = tuple(s.detach() for s in state)
        self.position += self.unroll
        self.loss = loss.item()
