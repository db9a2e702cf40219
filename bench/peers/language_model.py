"""The character language model that `unfold train text` trains, in PyTorch: the same layers, batches, optimizer and clipping."""
import torch
from torch import nn


class LanguageModel(nn.Module):
    """Embedding, two layers of LSTM with dropout between them, scores of the next character."""

    def __init__(self, vocabulary, embedding, hidden, layers=2, dropout=0.0):
        super().__init__()
        self.encoder = nn.Embedding(vocabulary, embedding)
        self.rnn = nn.LSTM(embedding, hidden, layers, dropout=dropout)
        self.decoder = nn.Linear(hidden, vocabulary)

    def forward(self, tokens, state):
        output, state = self.rnn(self.encoder(tokens), state)
        return self.decoder(output), state


class LanguageModelRun:
    """A step of training a call: `unroll` characters of `batch` places in the text, the state carried on without a gradient."""

    def __init__(self, path, unroll, batch, embedding, hidden, dropout=0.0):
        with open(path, encoding="utf-8") as file:
            text = file.read()
        characters = sorted(set(text))
        place = {character: i for i, character in enumerate(characters)}
        text = text[: int(0.9 * len(text))]
        length = (len(text) - 1) // batch
        tokens = torch.tensor([place[character] for character in text])
        self.inputs = tokens[: batch * length].view(batch, length).t().contiguous()
        self.targets = tokens[1 : batch * length + 1].view(batch, length).t().contiguous()
        self.unroll = unroll
        self.model = LanguageModel(len(characters), embedding, hidden, dropout=dropout)
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
