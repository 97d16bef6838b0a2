"""One article as one spaCy document: the title, a blank line, the text.

Headlines name people and places that the body only calls by surname, so both are read as one document. The Doc
extensions below are the only channel between the components; each component sets its own and reads earlier ones.
Offsets inside the pipeline count from the start of the document; `locate` turns them into the contract's offsets.
"""

from __future__ import annotations

import re

from spacy.language import Language
from spacy.tokens import Doc

from data.records import Article

SEPARATOR = "\n\n"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")

EXTENSIONS = {
    "article": None,  # records.Article the document was made of
    "body": 0,  # offset at which the article's text begins
    "places": (),  # list[nlp.places.Mention], document order
    "primary_place": None,  # records.Place
    "people": (),  # list[nlp.officials.Person]
    "agreements": (),  # list[nlp.agreements.AgreementMention]
    "dates": (),  # list[nlp.dates.DateMention]
    "reports": (),  # list[records.Report], offsets already the contract's
    "quotes": (),  # list[records.Quote]
    "relevance": 0.0,  # final probability that the article is relevant
}


def register_extensions() -> None:
    """Declare the Doc extensions; safe to call more than once."""
    for name, default in EXTENSIONS.items():
        if not Doc.has_extension(name):
            Doc.set_extension(name, default=default)


def document_text(article: Article) -> str:
    """Title and text as the pipeline reads them. Control characters become spaces, so no offset moves."""
    return _CONTROL.sub(" ", (article.title or "") + SEPARATOR + article.text)


def make_doc(nlp: Language, article: Article) -> Doc:
    """Tokenize `article` into a Doc that knows its article and where its body begins."""
    register_extensions()
    doc = nlp.make_doc(document_text(article))
    doc._.article = article
    doc._.body = len(article.title or "") + len(SEPARATOR)
    return doc


def locate(doc: Doc, start: int, end: int) -> tuple[str, int, int]:
    """Document offsets as ("title" or "text", start, end) into the article's own strings."""
    body = doc._.body
    if start >= body:
        return "text", start - body, end - body
    return "title", start, min(end, body - len(SEPARATOR))
