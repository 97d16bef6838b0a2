"""What an evaluation finds: counts, and the rates that follow from them."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from typing import Any

FIELDS = ("status", "date", "agreement_type", "votes", "direction", "stance", "form", "crowd")
BINS = 10  # of the reliability table
WORST = 10  # texts listed


@dataclass(slots=True)
class Score:
    """Counts of right, spurious and missed predictions."""

    right: int = 0
    spurious: int = 0
    missed: int = 0

    @property
    def precision(self) -> float | None:
        """Share of the predictions that are right; None where there are none."""
        return _share(self.right, self.right + self.spurious)

    @property
    def recall(self) -> float | None:
        """Share of the labels that were found; None where there are none."""
        return _share(self.right, self.right + self.missed)

    @property
    def f1(self) -> float | None:
        """Harmonic mean of the two; None where there was nothing to find and nothing found."""
        return _share(2 * self.right, 2 * self.right + self.spurious + self.missed)

    def add(self, right: int, spurious: int, missed: int) -> None:
        """Count more."""
        self.right += right
        self.spurious += spurious
        self.missed += missed

    def as_dict(self) -> dict[str, float | int | None]:
        """Counts and rates, rates rounded to four places."""
        rates = {"precision": self.precision, "recall": self.recall, "f1": self.f1}
        counts = {"right": self.right, "spurious": self.spurious, "missed": self.missed}
        return {**{name: _rounded(rate) for name, rate in rates.items()}, **counts}


@dataclass(slots=True)
class Accuracy:
    """How often a field is right, over the pairs in which the label tells it; `invented` counts it told unasked."""

    right: int = 0
    total: int = 0
    invented: int = 0

    @property
    def rate(self) -> float | None:
        """Share of right values; None where nothing was labelled."""
        return _share(self.right, self.total)

    def as_dict(self) -> dict[str, float | int | None]:
        """Rate and counts."""
        return {"accuracy": _rounded(self.rate), "right": self.right, "total": self.total, "invented": self.invented}


@dataclass(slots=True)
class Bin:
    """Predictions of similar confidence: how many, their mean confidence, how many were right."""

    count: int = 0
    confidence: float = 0.0
    right: int = 0


@dataclass(frozen=True, slots=True)
class TextErrors:
    """What went wrong in one text."""

    url: str
    title: str
    missed: tuple[str, ...]
    spurious: tuple[str, ...]


@dataclass(slots=True)
class Result:
    """All figures of one evaluation."""

    pipeline: str = ""
    texts: int = 0
    without_text: list[str] = field(default_factory=list)
    relevance: Score = field(default_factory=Score)
    events: Score = field(default_factory=Score)
    types: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    statuses: dict[str, Score] = field(default_factory=lambda: defaultdict(Score))
    fields: dict[str, Accuracy] = field(default_factory=lambda: {name: Accuracy() for name in FIELDS})
    central: Accuracy = field(default_factory=Accuracy)
    primary_place: Accuracy = field(default_factory=Accuracy)
    officials: Score = field(default_factory=Score)
    spokespeople: Score = field(default_factory=Score)
    quotes_found: Accuracy = field(default_factory=Accuracy)
    quotes_speaker: Accuracy = field(default_factory=Accuracy)
    confusions: Counter[tuple[str, str]] = field(default_factory=Counter)
    bins: list[Bin] = field(default_factory=lambda: [Bin() for _ in range(BINS)])
    errors: list[TextErrors] = field(default_factory=list)

    @property
    def calibration_error(self) -> float | None:
        """Mean distance of confidence from the share that is right, weighted by the size of the bins."""
        total = sum(b.count for b in self.bins)
        return _share(sum(abs(b.confidence - b.right) for b in self.bins), total)

    def as_dict(self) -> dict[str, Any]:
        """Everything as plain JSON values."""
        return {
            "pipeline": self.pipeline,
            "texts": self.texts,
            "without_text": self.without_text,
            "relevance": self.relevance.as_dict(),
            "events": self.events.as_dict(),
            "types": {name: score.as_dict() for name, score in sorted(self.types.items())},
            "statuses": {name: score.as_dict() for name, score in sorted(self.statuses.items())},
            "fields": {name: accuracy.as_dict() for name, accuracy in self.fields.items()},
            "central": self.central.as_dict(),
            "primary_place": self.primary_place.as_dict(),
            "officials": self.officials.as_dict(),
            "spokespeople": self.spokespeople.as_dict(),
            "quotes": {"found": self.quotes_found.as_dict(), "speaker": self.quotes_speaker.as_dict()},
            "confusions": [{"label": a, "predicted": b, "count": n} for (a, b), n in self.confusions.most_common()],
            "reliability": [_bin_dict(number, b) for number, b in enumerate(self.bins) if b.count],
            "calibration_error": _rounded(self.calibration_error),
            "worst": [
                {"url": e.url, "title": e.title, "missed": list(e.missed), "spurious": list(e.spurious)}
                for e in self.worst()
            ],
        }

    def worst(self, count: int = WORST) -> list[TextErrors]:
        """The texts with most errors, worst first."""
        ranked = sorted(self.errors, key=lambda e: -(len(e.missed) + len(e.spurious)))
        return [e for e in ranked[:count] if e.missed or e.spurious]


def _bin_dict(number: int, b: Bin) -> dict[str, Any]:
    return {
        "from": number / BINS,
        "to": (number + 1) / BINS,
        "count": b.count,
        "confidence": _rounded(_share(b.confidence, b.count)),
        "right": _rounded(_share(b.right, b.count)),
    }


def _share(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
