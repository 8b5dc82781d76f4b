"""Prose that is easy to read, measured: how hard, how long, and how sentences begin."""

import json
import re

import pytest

from manfaat.report.blocks import Bullets, Paragraph, from_data, plain

ENGLISH = {"the", "with", "from", "which", "that", "is", "are", "was", "were", "for", "by"}


def told(path, layers):
    """The paragraphs and points of some layers."""
    texts = []
    for block in from_data(json.loads(path.read_text(encoding="utf-8"))):
        if block.layer in layers and isinstance(block, Paragraph):
            texts.append((block.role, block.runs))
        elif block.layer in layers and isinstance(block, Bullets):
            texts += [(block.role, item) for item in block.items]
    return texts


def sentences(text):
    return [one for one in re.split(r"(?<=[.;:?!])\s+", text) if any(letter.isalpha() for letter in one)]


def syllables(word):
    """Groups of vowels, without an e that is not spoken."""
    spoken = re.sub(r"(?<!l)e$|(?<=[^td])ed$|(?<=[^cszxh])es$", "", word.lower())
    return max(1, len(re.findall("[aeiouy]+", spoken)))


def flesch(text):
    """Reading ease (Flesch 1948): 100 is very easy, 50 fairly hard, 0 for scholars."""
    words = re.findall(r"[A-Za-z][A-Za-z'’-]*", text)
    per_sentence = len(words) / len(sentences(text))
    return 206.835 - 1.015 * per_sentence - 84.6 * sum(map(syllables, words)) / len(words)


def test_reading_ease_of_known_texts():
    # Flesch's own yardsticks: words of one syllable in short sentences, and learned prose
    assert flesch("The cat sat on the mat. It was fat.") > 100
    assert flesch("Organizational considerations necessitate interdisciplinary collaboration.") < 0


@pytest.mark.parametrize("end", ["", ".id"])
def test_sentences_are_short_and_begin_with_a_word(finished, cohorts, end):
    for cohort in cohorts:
        path = finished.workings(cohort) / f"blocks{end}.json"
        read = " ".join(plain(runs) for _, runs in told(path, {"brief", "report"}))
        lengths = [len(one.split()) for one in sentences(read)]
        assert sum(lengths) / len(lengths) <= 22, cohort
        for role, runs in told(path, {"brief", "report", "annex"}):
            if not role.startswith("context"):  # what people wrote
                for sentence in re.split(r"(?<=[.?!])\s+(?=[\w−])", plain(runs)):
                    assert not re.match(r"[\d−<]+[ ,.]", sentence), (cohort, sentence)


def test_brief_and_summary_are_easy_to_read(finished, cohorts):
    for cohort in cohorts:
        path = finished.workings(cohort) / "blocks.json"
        assert flesch(" ".join(plain(runs) for _, runs in told(path, {"brief"}))) >= 50, cohort
        # what was found, and what the programme is; the head line is names alone
        read = [plain(runs) for role, runs in told(path, {"report"}) if role in ("answer", "summary")]
        assert flesch(" ".join(read)) >= 50, cohort


def test_no_english_word_stands_in_an_indonesian_report(finished, cohorts):
    for cohort in cohorts:
        for _, runs in told(finished.workings(cohort) / "blocks.id.json", {"brief", "report"}):
            own = " ".join(run.text for run in runs if not run.lang and not run.code)
            words = re.findall(r"\b[a-z]+", re.sub(r"“[^”]*”", "", own))
            assert not set(words) & ENGLISH, (cohort, own)
