"""Multiple negatives ranking that never sets related texts against each other.

The library's ``MultipleNegativesRankingLoss`` takes every other text of a batch for a negative. Titles share
occupations and skills, so here a text's negatives are only the texts that share no key with it.
"""

from collections.abc import Iterable, Sequence

import torch
from sentence_transformers import SentenceTransformer

Keys = tuple[frozenset[str], ...]
"""What each text of an example is about, column by column; a text without keys is related to none."""


def multiple_negatives(
    vectors: torch.Tensor, row: torch.Tensor, related: torch.Tensor, temperature: float
) -> torch.Tensor:
    """Mean over ordered pairs (i, j) of a row of ``-log softmax`` of j among j and what is unrelated to i.

    Source: Henderson et al. 2017, with more than one positive for a text and with masked negatives.

    Parameters
    ----------
    vectors
        Unit vectors, shape (n, dim).
    row
        Row number of each text, shape (n,); -1 for a text that is only a negative.
    related
        Boolean, shape (n, n): pairs that must not be set against each other.
    temperature
        Divides the cosines; above 0.

    Examples
    --------
    >>> no = torch.eye(4, dtype=torch.bool)
    >>> loss = multiple_negatives(torch.eye(4), torch.tensor([0, 0, 1, 1]), no, 1.0)
    >>> round(loss.item(), 4)  # each right text against two wrong ones, all cosines 0: log 3
    1.0986
    """
    scores = vectors @ vectors.T / temperature
    itself = torch.eye(len(row), dtype=torch.bool)
    same = (row[:, None] == row[None, :]) & (row[:, None] >= 0) & ~itself
    against = torch.logsumexp(scores.masked_fill(related | same | itself, -torch.inf), dim=1)
    return (torch.logaddexp(scores, against[:, None]) - scores)[same].mean()


def related_texts(keys: Sequence[frozenset[str]]) -> torch.Tensor:
    """Return which texts share a key: boolean, shape (n, n).

    >>> related_texts([frozenset("a"), frozenset("ab"), frozenset()]).tolist()
    [[True, True, False], [True, True, False], [False, False, False]]
    """
    numbers = {key: at for at, key in enumerate(sorted(set().union(*keys)))}
    table = torch.zeros(len(keys), max(1, len(numbers)))
    for line, some in zip(table, keys, strict=True):
        line[[numbers[key] for key in some]] = 1.0
    return (table @ table.T) > 0


class MaskedRankingLoss(torch.nn.Module):
    """The loss as the library's trainer calls it: columns anchor, positive, negative; label = example.

    Parameters
    ----------
    model
        The encoder that is trained.
    keys
        Keys of the three texts of every example, by the example's label.
    temperature
        Divides the cosines; above 0.
    """

    def __init__(self, model: SentenceTransformer, keys: Sequence[Keys], temperature: float) -> None:
        super().__init__()
        self.model = model
        self._keys = keys
        self._temperature = temperature

    def forward(
        self, sentence_features: Iterable[dict[str, torch.Tensor]], labels: torch.Tensor
    ) -> torch.Tensor:
        """Return the loss of one batch."""
        parts = [self.model(column)["sentence_embedding"] for column in sentence_features]
        vectors = torch.nn.functional.normalize(torch.cat(parts), dim=1)
        size = len(labels)
        own = torch.arange(size)
        row = torch.cat([own, own, torch.full((size * (len(parts) - 2),), -1)])
        chosen = [self._keys[label] for label in labels.tolist()]
        keys = [one[column] for column in range(len(parts)) for one in chosen]
        return multiple_negatives(vectors, row, related_texts(keys), self._temperature)
