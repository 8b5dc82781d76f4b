"""The names that a specification may use: methods, and the standard errors that belong to each."""

from __future__ import annotations

from typing import Literal

Method = Literal[
    "difference_in_means",
    "regression",
    "strata_fixed_effects",
    "inverse_probability_weighting",
    "doubly_robust",
    "entropy_balancing",
    "nearest_neighbour",
    "regression_imputation",
    "quantile_effects",
    "instrumental_variables",
    "difference_in_differences",
    "doubly_robust_difference_in_differences",
    "repeated_cross_sections",
    "before_after_change",
    "standardised_change",
    "signed_rank_change",
    "sign_test",
    "paired_shares",
    "marginal_homogeneity",
    "ordered_change",
    "ordered_logit",
    "probability_of_superiority",
    "fixed_effects",
    "first_difference",
]
StdError = Literal[
    "auto",  # chosen by the design, by a written rule
    "classical",
    "HC1",
    "HC2",
    "HC3",
    "BM",
    "CR1",
    "CR2",
    "CR3",
    "wild",
    "randomisation",
    "survey",
    "BRL",
    "influence",
    "jackknife",
    "AI",
    "AI_equal",
    "finite_population",
    "normal_theory",
    "signed_rank",
    "exact",
    "mid_p",
    "brunner_munzel",
]
BY_INFLUENCE = ("auto", "influence", "CR1", "survey")
BY_WEIGHTING = (*BY_INFLUENCE, "jackknife")
BY_LEAST_SQUARES = (
    "auto",
    "classical",
    "HC1",
    "HC2",
    "HC3",
    "BM",
    "CR1",
    "CR2",
    "CR3",
    "wild",
    "randomisation",
    "survey",
    "BRL",
)
KINDS: dict[str, tuple[str, ...]] = {
    "fixed_effects": ("auto", "classical", "HC1", "CR1", "CR2", "CR3", "wild", "survey", "BRL"),
    "instrumental_variables": (
        "auto",
        "classical",
        "HC1",
        "HC2",
        "HC3",
        "BM",
        "CR1",
        "CR2",
        "CR3",
        "survey",
        "BRL",
    ),
    "before_after_change": (
        "auto",
        "classical",
        "HC1",
        "BM",
        "CR1",
        "CR2",
        "CR3",
        "wild",
        "survey",
        "BRL",
        "finite_population",
    ),
    "standardised_change": ("normal_theory",),
    "signed_rank_change": ("signed_rank",),
    "sign_test": ("exact", "mid_p"),
    "paired_shares": ("exact", "mid_p"),
    "marginal_homogeneity": ("exact", "mid_p"),
    "ordered_change": ("CR1",),
    "ordered_logit": ("influence", "CR1"),
    "probability_of_superiority": ("brunner_munzel",),
    "nearest_neighbour": ("AI", "AI_equal"),
    "inverse_probability_weighting": BY_WEIGHTING,
    "doubly_robust": BY_WEIGHTING,
    "entropy_balancing": BY_WEIGHTING,
    "regression_imputation": BY_WEIGHTING,
    "quantile_effects": BY_INFLUENCE,
    "doubly_robust_difference_in_differences": BY_WEIGHTING,
}  # a method that is not named here is least squares
FOR_PARTICIPANTS = ("entropy_balancing", "nearest_neighbour", "doubly_robust_difference_in_differences")
FOR_EITHER = ("inverse_probability_weighting", "doubly_robust", "regression_imputation", "quantile_effects")
OF_PARTICIPANTS_ALONE = (  # nobody is compared: a change, never an effect
    "before_after_change",
    "standardised_change",
    "signed_rank_change",
    "sign_test",
    "paired_shares",
    "marginal_homogeneity",
    "ordered_change",
)
OVER_TIME = (  # need the value before the programme
    *OF_PARTICIPANTS_ALONE,
    "difference_in_differences",
    "doubly_robust_difference_in_differences",
    "first_difference",
    "repeated_cross_sections",
)
SEVERAL_NUMBERS = {  # none of them can speak for a cohort
    "quantile_effects": "several quantiles",
    "marginal_homogeneity": "a number for each level",
    "standardised_change": "several effect sizes",
}
NEEDS_COVARIATES = (
    *FOR_PARTICIPANTS,
    "inverse_probability_weighting",
    "doubly_robust",
    "regression_imputation",
)
