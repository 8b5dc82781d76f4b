"""What threatens a number, said in sentences; the texts themselves are in ``threat_texts``."""

from __future__ import annotations

import pandas as pd

from manfaat.definitions.claims import Subgroup
from manfaat.definitions.programme import Unit
from manfaat.report import labels
from manfaat.report.reader import Reader
from manfaat.report.reasons import reason_text
from manfaat.report.threat_texts import DECIMALS, OTHERS, TEXTS
from manfaat.report.words import Language, mark


def sentence(reader: Reader, part: pd.DataFrame, unit: Unit | None) -> str:
    """Say what the rows of one threat to one estimate mean."""
    first = part.iloc[0]
    special = special_sentence(reader, part)
    if special:
        return special
    sentences = TEXTS[first["threat"]].sentences
    keys = [(first["meaning"], third) for third in (first["statistic"], first["detail"], "")]
    found = next(sentences[key] for key in keys if key in sentences)
    return " ".join(
        [
            reader.say(found, **values_of(reader, part, unit)),
            *left_out_sentence(reader, part),
            *thin_sentences(reader, part),
        ]
    )


def left_out_sentence(reader: Reader, part: pd.DataFrame) -> list[str]:
    """Say which covariates of the primary specification a placebo is without; nothing where it has none."""
    names = [
        name
        for detail in part.loc[part["statistic"] == "covariates left out", "detail"]
        for name in detail.split()
    ]
    if names:
        listed = reader.listing([f"“{reader.treatment_label(name)}”" for name in names])
        return [
            reader.say(
                "It is without {names}, which rest on the same answers or on later ones; all other covariates"
                " are the same.",
                names=listed,
            )
        ]
    return (
        [reader.say("Its covariates are the same, none left out.")]
        if (part["statistic"] == "covariates left out").any()
        else []
    )


def thin_sentences(reader: Reader, part: pd.DataFrame) -> list[str]:
    """Say which strata were too thin for bounds of their own; nothing where none was."""
    counts = part[part["threat"] == "lee bounds"].drop_duplicates("statistic").set_index("statistic")["value"]
    units, told = reader.units, []
    if counts.get("strata pooled", 0) > 0:
        told.append(
            reader.say(
                "Taken together were {n} strata with too few answers for bounds of their own, those"
                " of the same share of places each.",
                n=reader.number(counts["strata pooled"], 0),
            )
        )
    if counts.get("units left out", 0) > 0:
        told.append(
            reader.say(
                "The bounds leave out {n} {units} of strata with too few answers.",
                n=reader.number(counts["units left out"], 0),
                units=units,
            )
        )
    return told


def special_sentence(reader: Reader, part: pd.DataFrame) -> str:
    """Sentences that count something, or whose number is out of the ordinary; empty where there is none."""
    first, rest = part.iloc[0], part.set_index("statistic")["value"]
    if first["threat"] == "balance" and first["statistic"] == "largest smd" and first["meaning"] == "differ":
        return reader.say_count(
            "Of {m} covariates {n} differs by more than {limit} standard deviations, most “{name}”"
            " ({value}).",
            "Of {m} covariates {n} differ by more than {limit} standard deviations, most “{name}” ({value}).",
            int(rest["covariates beyond limit"]),
            m=part.loc[part["statistic"] == "covariates beyond limit", "detail"].iloc[0],
            limit=reader.number(first["limit"], 1),
            name=reader.treatment_label(first["detail"]),
            value=reader.number(first["value"], 2),
        )
    if first["threat"] == "overlap":
        return overlap_sentence(reader, first)
    if first["threat"] == "rosenbaum" and first["value"] <= 1:
        return reader.say(
            "In matched pairs the result cannot be told from chance, even without a hidden cause (one-sided p"
            " {p}).",
            p=p_text(rest["p without hidden cause"], reader),
        )
    if first["threat"] == "oster" and first["value"] < 0:
        return reader.say(
            "Selection on what is hidden would have to run against selection on the covariates to bring the"
            " estimate to zero (δ = {value}).",
            value=reader.number(first["value"], 2),
        )
    if (
        first["threat"] == "robustness"
        and first["statistic"] == "adjusted"
        and not labels.has_number(first["value"])
    ):
        return reader.say(
            "A hidden cause as strong as “{name}” would leave nothing to compare.",
            name=reader.treatment_label(first["detail"]),
        )
    if first["threat"] == "leave one out" and not labels.has_number(first["value"]):
        return reader.say("Without one of them the estimate does not exist.")
    return ""


def overlap_sentence(reader: Reader, first: pd.Series) -> str:
    """Say how many the comparison group is worth; enough or not."""
    values = {
        "n": reader.number(first["value"], 0),
        "group": reader.role_label(0.0),
        "first": reader.parties(first["arm"])["first"],
        "total": reader.number(float(first["detail"]), 0),
    }
    if first["meaning"] == "number only":
        return reader.say(
            "Weighted to resemble {first}, the {total} of “{group}” would be worth {n} of equal"
            " weight; the estimate uses no such weights.",
            **values,
        )
    if first["meaning"] == "enough":
        return reader.say(
            "Weighted to resemble {first}, the {total} of “{group}” are worth {n} of equal weight.",
            **values,
        )
    return reader.say(
        "Weighted to resemble {first}, the {total} of “{group}” are worth only {n} of equal weight:"
        " too few resemble them.",
        **values,
    )


def p_text(value: float, language: Language) -> str:
    """Write ``= 0.033`` or ``< 0.001``, to stand after a p."""
    text = language.p_value(value)
    return text if text.startswith("<") else f"= {text}"


def limit_text(first: pd.Series, language: Language) -> str:
    """What a number is held against: percentage points of a gap in answering, else a number."""
    if first["threat"] == "attrition":
        return language.number(100 * first["limit"], 0)
    return language.number(first["limit"], 2 if first["threat"] == "rosenbaum" else 1)


def values_of(reader: Reader, part: pd.DataFrame, unit: Unit | None) -> dict[str, str]:
    """What fills the sentences: the first row's numbers, and those of the other rows by what they are
    called.
    """
    first, rest = part.iloc[0], part.drop_duplicates("statistic").set_index("statistic")["value"]
    other = {name: float(rest[statistic]) for name, statistic in OTHERS.items() if statistic in rest}
    shares = part[part["statistic"] == "share answered"].set_index("detail")["value"]
    is_curve = first["threat"] == "specification curve"
    row = part[part["statistic"] == "median"].iloc[0] if is_curve else first
    return {
        **{
            name: reader.amount(other[name], unit)
            for name in ("lower", "upper", "detectable", "median")
            if name in other
        },
        "value": reader.number(first["value"], DECIMALS.get(first["statistic"], 2)),
        "p": p_text(first["value"], reader),
        "limit": limit_text(first, reader),
        "size": reader.number(abs(first["value"]), DECIMALS.get(first["statistic"], 2)),
        "amount": reader.amount_with_unit(first["value"], unit),
        "low": reader.amount(row["ci_low"], unit),
        "high": reader.amount(row["ci_high"], unit),
        "name": reader.treatment_label(first["detail"]),
        "ours": reader.percent(shares.get("participants"), 1),
        "theirs": reader.percent(shares.get("comparison"), 1),
        "robust": reader.percent(other.get("robust"), 1),
        "other": reader.number(other.get("other"), 2),
        "same": reader.percent(other.get("same")),
        "significant": reader.percent(other.get("significant")),
        "n": reader.number(float(first["detail"] if is_curve else first["n"]), 0),
        "units": reader.units,
        **reader.parties(first["arm"]),
    }


def summary(name: str, own: pd.DataFrame, language: Language) -> str:
    """Say against how many threats an estimate stands, and against which it does not; ``own`` holds one
    headline a threat.
    """
    decided, failed = own[own["passed"] != "none"], own[own["passed"] == "no"]
    if decided.empty:
        return language.say("{name}: no threat could be decided from the data.", name=name)
    if failed.empty:
        return language.say_count(
            "{name}: stands against the {n} threat that the data decide.",
            "{name}: stands against all {n} threats that the data decide.",
            len(decided),
            name=name,
        )
    listed = language.listing([f"“{language.say(TEXTS[threat].name)}”" for threat in failed["threat"]])
    return language.say_count(
        "{name}: the estimate does not stand against the one threat that the data decide, {threats}.",
        "{name}: the estimate does not stand against {k} of the {n} threats that the data decide, namely"
        " {threats}.",
        len(decided),
        name=name,
        k=language.number(len(failed), 0),
        threats=listed,
    )


def within_text(declared: Subgroup, within: pd.DataFrame, unit: Unit | None, language: Language) -> str:
    """The estimate within each subgroup."""
    told = [
        language.say(
            "{answer}: {amount}",
            amount=language.amount(value, unit),
            answer=declared.answers[detail.partition("=")[2]][language.code],
        )
        for value, detail in zip(within["value"], within["detail"], strict=True)
    ]
    return "; ".join(told)


def subgroups_summary(differences: pd.DataFrame, confidence: float, language: Language) -> str:
    """Say how many comparisons of subgroups exclude zero, and how many would by chance alone."""
    n = int((differences["meaning"] == "difference between groups").sum())
    values = {
        "m": language.number(len(differences), 0),
        "chance": language.number(len(differences) * (1 - confidence), 1),
    }
    if len(differences) == 1:
        excludes = mark("The interval of the one comparison between subgroups excludes zero.")
        return language.say(
            excludes
            if n
            else mark(
                "The interval of the one comparison between subgroups includes zero: whether they differ"
                " cannot be told."
            )
        )
    if not n:
        return language.say(
            "Of {m} comparisons between subgroups none has an interval that excludes zero: whether they"
            " differ cannot be told. By chance alone {chance} would be expected.",
            **values,
        )
    return language.say_count(
        "Of {m} comparisons between subgroups {n} has an interval that excludes zero; by chance alone"
        " {chance} would be expected.",
        "Of {m} comparisons between subgroups {n} have an interval that excludes zero; by chance alone"
        " {chance} would be expected.",
        n,
        **values,
    )


def time_sentence(name: str, part: pd.DataFrame, language: Language, side: str = "") -> str:
    """Say how much sooner or later an event comes for participants, or for another ``side`` of what is
    compared, and whether that holds at all times.
    """
    first, rest = part.iloc[0], part.set_index("statistic")["value"]
    if first["meaning"] == "cannot run":
        return language.say(
            "{name}: not compared over time, because {reason}.",
            name=name,
            reason=reason_text(first["reason"], language),
        )
    values = {
        "name": name, "side": side or language.say("participants"),
        "p": p_text(rest["log-rank p"], language), "ratio": language.number(first["value"], 2),
        "low": language.number(first["ci_low"], 2), "high": language.number(first["ci_high"], 2),
    }  # fmt: skip
    if first["statistic"] != "hazard ratio":
        return language.say(
            "{name}: log-rank test of the groups as they are, p {p}; the regression at equal covariates has"
            " no solution.",
            **values,
        )
    if first["ci_low"] > 1:
        text = language.say(
            "{name}: it comes sooner for {side}, {ratio} times as often among those still waiting"
            " ({low} to {high}); log-rank test p {p}.",
            **values,
        )
    elif first["ci_high"] < 1:
        text = language.say(
            "{name}: it comes later for {side}, {ratio} times as often among those still waiting ({low}"
            " to {high}); log-rank test p {p}.",
            **values,
        )
    else:
        text = language.say(
            "{name}: whether it comes sooner or later for {side} cannot be told ({ratio} times as"
            " often, {low} to {high}); log-rank test p {p}.",
            **values,
        )
    proportional, meaning = (
        rest.get("proportional hazards p", 1.0),
        part.set_index("statistic")["meaning"].get("proportional hazards p", "alike"),
    )
    if meaning == "too small to tell":
        text += " " + language.say(
            "Whether the ratio changes with time cannot be told (p {p}): the check rejects too often where so"
            " few are in one group.",
            p=p_text(proportional, language),
        )
    elif meaning == "differ":
        text += " " + language.say(
            "The ratio changes with time (p {p}), so that one number says too little.",
            p=p_text(proportional, language),
        )
    return text


def response_sentence(rows: pd.DataFrame, language: Language) -> str:
    """Say how many of those who were trained, and of those who were reached, answered; empty where it is not
    known.
    """
    rates = rows[(rows["threat"] == "response rate") & rows["value"].notna()].set_index("statistic")["value"]
    if "gross" not in rates:
        return ""
    text = language.say(
        "Of all participants, {share} are in the delivery (gross response rate)",
        share=language.percent(rates["gross"], 1),
    )
    if "net" not in rates:
        return text + "."
    return text + language.say(
        ", and of those who could be reached {share} (net response rate).",
        share=language.percent(rates["net"], 1),
    )
