"""The extractor: `config.cfg` made into a spaCy pipeline, and what stands around it.

Around the pipeline stand the screen (a text that cannot be about the subject is not parsed), the limit on length, the
check that every offset tells the text it claims, and the isolation of an article on which a rule fails.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from pathlib import Path

import spacy
from spacy.language import Language
from spacy.tokens import Doc
from spacy.util import load_model_from_config
from thinc.api import Config

from data.errors import TrackerError
from data.records import Article, Evidence, Extraction, Report, Span
from nlp import (
    actions,
    agreements,
    attributes,
    dates,
    entities,
    officials,
    places,
    quotes,
    relevance,
    sentences,
    spanish,
    spanish_dates,
    spanish_places,
    verdict,
)
from nlp.document import make_doc
from nlp.languages import is_spanish
from nlp.officials import contract_people
from nlp.places import contract_places

log = logging.getLogger(__name__)

# The modules whose components the configurations name; importing one registers its factory with spaCy.
COMPONENTS = (sentences, attributes, entities, places, officials, agreements, dates, actions, quotes, verdict)
SPANISH_COMPONENTS = (spanish_places, spanish_dates, spanish, verdict)

MODEL_VARIABLE = "TRACKER_SPACY_MODEL"
MOST_WORDS = 6_000  # of a text; prose of the longest length has fewer, a list of letters has more
LONGEST_TITLE = 1_000  # characters of a title that are read; what is longer is none
_UNENCODABLE = re.compile(r"[\ud800-\udfff]")  # halves of surrogate pairs, which spaCy cannot hold
_WORD = re.compile(r"\S+")
_NO_WORD = re.compile(r"\S{256,}")
_EDGE_SEARCH = 5_000  # characters searched backwards for a paragraph or word edge to cut at


class ExtractionError(TrackerError):
    """A rule failed on one article; the cause is attached."""

    def __init__(self, article: Article, cause: Exception) -> None:
        super().__init__(f"extraction failed on {article.url or 'an article without URL'}: {cause!r}")
        self.article = article
        self.__cause__ = cause


class ModelError(TrackerError):
    """The language model named is not installed, or is not one this pipeline can use."""


@dataclass(frozen=True, slots=True)
class Limits:
    """The section `[extractor]` of the configuration."""

    name: str
    version: str
    relevant: float
    longest_text: int


class Extractor:
    """`Article -> Extraction`, the same for one article, a night and a decade. Knows no database and no network."""

    def __init__(self, nlp: Language, spanish_nlp: Language, limits: Limits, version: str) -> None:
        self.nlp = nlp
        self.spanish_nlp = spanish_nlp
        self.limits = limits
        self.version = version

    def extract(self, article: Article) -> Extraction:
        """Everything said of one article. Raises ExtractionError where a rule fails on it."""
        return next(self.pipe([article]))

    def pipe(self, articles: Iterable[Article], batch_size: int = 8) -> Iterator[Extraction]:
        """One extraction an article, in order, in bounded memory. Raises ExtractionError at the article at fault."""
        for result in self.results(articles, batch_size):
            if isinstance(result, ExtractionError):
                raise result
            yield result

    def results(self, articles: Iterable[Article], batch_size: int = 8) -> Iterator[Extraction | ExtractionError]:
        """Like `pipe`, but a failure is handed over in the article's place and the others are done."""
        source = iter(articles)
        while batch := list(islice(source, batch_size)):
            yield from self._batch(batch)

    def _batch(self, batch: list[Article]) -> list[Extraction | ExtractionError]:
        scores = [relevance.screen(article.title or "", article.text) for article in batch]
        chosen = [article for article, score in zip(batch, scores, strict=True) if score >= relevance.SCREEN_THRESHOLD]
        read = iter(self._read(chosen))
        return [
            next(read) if score >= relevance.SCREEN_THRESHOLD else self._unread(article, score)
            for article, score in zip(batch, scores, strict=True)
        ]

    def _unread(self, article: Article, score: float) -> Extraction:
        return Extraction(url=article.url, relevant=False, relevance=score, pipeline=self.version)

    def _read(self, articles: list[Article]) -> list[Extraction | ExtractionError]:
        """Parse together; where a rule fails, parse one by one to find the article at fault."""
        if not articles:
            return []
        try:
            return self._parse(articles)
        except Exception as error:
            if len(articles) == 1:
                log.exception("extraction failed on %s", articles[0].url)
                return [ExtractionError(articles[0], error)]
            return [result for article in articles for result in self._read([article])]

    def _parse(self, articles: list[Article]) -> list[Extraction | ExtractionError]:
        """Each article by the pipeline of its language; the order is kept."""
        in_spanish = [is_spanish(article) for article in articles]
        done: dict[int, Extraction] = {}
        for nlp, wanted in ((self.nlp, False), (self.spanish_nlp, True)):
            chosen = [i for i, told in enumerate(in_spanish) if told is wanted]
            with nlp.memory_zone():
                docs = nlp.pipe([self._doc(nlp, articles[i]) for i in chosen])
                done |= {i: self._extraction(articles[i], doc) for i, doc in zip(chosen, docs, strict=True)}
        return [done[i] for i in range(len(articles))]

    def _doc(self, nlp: Language, article: Article) -> Doc:
        return make_doc(nlp, readable(article, self.limits.longest_text))

    def _extraction(self, article: Article, doc: Doc) -> Extraction:
        relevant = doc._.relevance >= self.limits.relevant
        people, speakers = contract_people(doc)
        found = Extraction(
            url=article.url,
            relevant=relevant,
            relevance=doc._.relevance,
            pipeline=self.version,
            places=contract_places(doc),
            officials=people,
            spokespeople=speakers,
            events=list(doc._.reports) if relevant else [],
            quotes=list(doc._.quotes),
        )
        return verified(found, article)


def load_pipeline(model: str | None = None) -> Extractor:
    """The extractor over the language model `model`, else $TRACKER_SPACY_MODEL, else the one of `config.cfg`.

    Raises ModelError naming the model where it is not installed or lacks a tagger, parser or entity recognizer.
    """
    config = _config()
    limits = Limits(**config.pop("extractor"))
    chosen = model or os.environ.get(MODEL_VARIABLE) or config["paths"]["model"]
    version = pipeline_version(model)
    config["paths"]["model"] = chosen
    _fit(config, chosen)
    nlp = load_model_from_config(config, auto_fill=True, validate=True, vocab=_vocab(chosen))
    spanish_nlp = load_model_from_config(_config("config_es.cfg"), auto_fill=True, validate=True)
    return Extractor(nlp, spanish_nlp, limits, version)


def pipeline_version(model: str | None = None) -> str:
    """Name and version of what `load_pipeline(model)` gives, without loading it: "en-rules-0.1".

    Another model than that of `config.cfg` is named at the end, for it reads differently.
    """
    config = _config()
    default, extractor = config["paths"]["model"], config["extractor"]
    chosen = model or os.environ.get(MODEL_VARIABLE) or default
    return f"{extractor['name']}-{extractor['version']}" + ("" if chosen == default else f"-{Path(chosen).name}")


def _config(name: str = "config.cfg") -> Config:
    return Config().from_str(files("nlp").joinpath(name).read_text(encoding="utf-8"), interpolate=False)


def _fit(config: Config, model: str) -> None:
    """Name the components as `model` has them: official transformer models embed with another component."""
    try:
        meta = spacy.info(model, silent=True)
    except (SystemExit, OSError, ImportError) as error:
        raise ModelError(f"spaCy model {model!r} is not installed") from error
    has = set(meta["pipeline"])
    missing = {"tagger", "parser", "ner"} - has
    if missing:
        raise ModelError(f"spaCy model {model!r} has no {', '.join(sorted(missing))}")
    embedding = next((name for name in meta["pipeline"] if "transformer" in name), "tok2vec")
    config["components"][embedding] = config["components"].pop("tok2vec")
    names = [embedding if name == "tok2vec" else name for name in config["nlp"]["pipeline"]]
    kept = [n for n in names if "source" not in config["components"][n] or n in has]
    config["nlp"]["pipeline"] = kept
    config["nlp"]["disabled"] = [n for n in config["nlp"]["disabled"] if n in kept]


def _vocab(model: str) -> spacy.vocab.Vocab | bool:
    """The model's own vocabulary where it carries word vectors, which its components then need."""
    base = spacy.load(model, exclude=["tok2vec", "transformer", "tagger", "parser", "senter", "ner", "lemmatizer"])
    return base.vocab if base.vocab.vectors_length else True


def readable(article: Article, longest: int) -> Article:
    """The article as the pipeline reads it: encodable, without endless words, `longest` characters of text at most.

    Cut at the last paragraph edge before the limit, else at a space; offsets into what remains are unchanged.
    """
    text = article.text
    if len(text) > longest:
        start = max(0, longest - _EDGE_SEARCH)
        edges = (text.rfind(mark, start, longest) for mark in ("\n", " "))
        text = text[: next((edge for edge in edges if edge > 0), longest)]
    if words := list(islice(_WORD.finditer(text), MOST_WORDS, MOST_WORDS + 1)):
        text = text[: words[0].start()]
    title = (article.title or "")[:LONGEST_TITLE]
    return replace(article, title=_legible(title), text=_legible(text))


def _legible(text: str) -> str:
    """Encodable, and blank where no word of a language can be: the tokenizer's time is quadratic in such a run."""
    return _NO_WORD.sub(lambda run: " " * len(run[0]), encodable(text))


def encodable(text: str) -> str:
    """The text with U+FFFD for every half of a surrogate pair; no offset moves."""
    return _UNENCODABLE.sub("\ufffd", text)


def verified(found: Extraction, article: Article) -> Extraction:
    """Keep what its offsets bear out and log the rest: a fact whose sentence cannot be shown is not published."""
    length = len(article.text)
    for group in (found.places, found.officials, found.spokespeople):
        for item in group:
            item.spans = [span for span in item.spans if _inside(span, length, article.url)]
    found.events = [report for report in found.events if _bears_out(report, article)]
    found.quotes = [quote for quote in found.quotes if _inside((quote.start, quote.end), length, article.url)]
    return found


def _inside(span: Span, length: int, url: str) -> bool:
    if 0 <= span[0] < span[1] <= length:
        return True
    log.error("span %s lies outside the text of %s", span, url)
    return False


def _bears_out(report: Report, article: Article) -> bool:
    """True where the evidence lies in the article; its text is then that very slice."""
    evidence: Evidence = report.evidence
    told = (article.title or "") if evidence.where == "title" else article.text
    if not _inside((evidence.start, evidence.end), len(told), article.url):
        return False
    evidence.text = told[evidence.start : evidence.end]
    return True
