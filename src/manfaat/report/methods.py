"""What each method does, in a sentence, and where it is described: the appendix and every 'how this number
came about'.
"""

from __future__ import annotations

from dataclasses import dataclass

from manfaat.report.words import mark


@dataclass(frozen=True)
class Method:
    """One method: its name, what a specification by it is called unless the programme says, what it does, and
    who describes it.
    """

    name: str
    label: str
    does: str
    reference: str  # as printed; titles stay in the language they were written in


@dataclass(frozen=True)
class StdError:
    """One kind of standard error: its name, to stand in a sentence, and who describes it."""

    name: str
    reference: str


METHODS = {
    "difference_in_means": Method(
        mark("Difference in means"),
        mark("Difference in means"),
        mark("The mean of participants minus the mean of the comparison group."),
        "Neyman, J. (1990 [1923]). On the application of probability theory to agricultural experiments."
        " Statistical Science 5(4), 465–472.",
    ),
    "regression": Method(
        mark("Regression with covariates"),
        mark("Regression on what was measured before"),
        mark("Least squares of the indicator on participation and what was measured before the programme."),
        "Angrist, J. D. and Pischke, J.-S. (2009). Mostly harmless econometrics, chapter 3. Princeton"
        " University Press.",
    ),
    "strata_fixed_effects": Method(
        mark("Regression within strata"),
        mark("Difference within strata"),
        mark(
            "Least squares with a constant for every stratum within which the lottery or the sample was"
            " drawn."
        ),
        "Bruhn, M. and McKenzie, D. (2009). In pursuit of balance. American Economic Journal: Applied"
        " Economics 1(4), 200–232.",
    ),
    "inverse_probability_weighting": Method(
        mark("Inverse-probability weighting"),
        mark("Inverse-probability weighting"),
        mark(
            "Units are weighted by how likely they were to be in the other group, given what was measured"
            " before the programme."
        ),
        "Hirano, K., Imbens, G. W. and Ridder, G. (2003). Efficient estimation of average treatment effects"
        " using the estimated propensity score. Econometrica 71(4), 1161–1189.",
    ),
    "doubly_robust": Method(
        mark("Doubly robust estimation"),
        mark("Doubly robust"),
        mark("Regression and weighting together: the estimate holds when one of the two models is right."),
        "Robins, J. M., Rotnitzky, A. and Zhao, L. P. (1994). Estimation of regression coefficients when some"
        " regressors are not always observed. Journal of the American Statistical Association 89(427),"
        " 846–866.",
    ),
    "entropy_balancing": Method(
        mark("Entropy balancing"),
        mark("Entropy balancing"),
        mark(
            "The comparison group is weighted so that its averages equal those of the participants, with"
            " weights as even as possible."
        ),
        "Hainmueller, J. (2012). Entropy balancing for causal effects. Political Analysis 20(1), 25–46.",
    ),
    "nearest_neighbour": Method(
        mark("Nearest-neighbour matching"),
        mark("Matching with bias correction"),
        mark(
            "Each participant is compared with those of the comparison group who were most alike before; what"
            " unlikeness is left is corrected by regression."
        ),
        "Abadie, A. and Imbens, G. W. (2011). Bias-corrected matching estimators for average treatment"
        " effects. Journal of Business & Economic Statistics 29(1), 1–11.",
    ),
    "propensity_matching": Method(
        mark("Matching on the propensity score"),
        mark("Matching on the propensity score"),
        mark(
            "Each participant is compared with those of the comparison group who were about as likely to take"
            " part, given what was measured before."
        ),
        "Dehejia, R. H. and Wahba, S. (2002). Propensity score-matching methods for nonexperimental causal"
        " studies. Review of Economics and Statistics 84(1), 151–161.",
    ),
    "regression_imputation": Method(
        mark("Regression imputation (Oaxaca–Blinder)"),
        mark("Oaxaca–Blinder"),
        mark(
            "A regression in the comparison group tells what participants would have had without the"
            " programme; it is subtracted from what they had."
        ),
        "Kline, P. (2011). Oaxaca-Blinder as a reweighting estimator. American Economic Review 101(3),"
        " 532–537.",
    ),
    "quantile_effects": Method(
        mark("Quantiles after weighting"),
        mark("Quantiles after weighting"),
        mark("Quantiles of the participants minus the same quantiles of the weighted comparison group."),
        "Firpo, S. (2007). Efficient semiparametric estimation of quantile treatment effects. Econometrica"
        " 75(1), 259–276.",
    ),
    "quantile_regression": Method(
        mark("Quantile regression"),
        mark("Quantiles at equal covariates"),
        mark(
            "A line for each quantile of the indicator on participation and covariates: how the quantiles"
            " of the groups differ among people alike."
        ),
        "Koenker, R. and Bassett, G. (1978). Regression quantiles. Econometrica 46(1), 33–50.",
    ),
    "instrumental_quantiles": Method(
        mark("Quantile regression with an instrument"),
        mark("Quantiles, the offer as instrument"),
        mark(
            "Quantile regression in which each person counts by how likely it was the offer that led them to"
            " take part."
        ),
        "Abadie, A., Angrist, J. and Imbens, G. (2002). Instrumental variables estimates of the effect of"
        " subsidized training on the quantiles of trainee earnings. Econometrica 70(1), 91–117.",
    ),
    "instrumental_variables": Method(
        mark("Instrumental variables"),
        mark("The offer as instrument"),
        mark("What the offer changed in the indicator, divided by what it changed in participation."),
        "Imbens, G. W. and Angrist, J. D. (1994). Identification and estimation of local average treatment"
        " effects. Econometrica 62(2), 467–475.",
    ),
    "difference_in_differences": Method(
        mark("Difference-in-differences"),
        mark("Difference-in-differences"),
        mark("The change of participants minus the change of the comparison group over the same time."),
        "Ashenfelter, O. and Card, D. (1985). Using the longitudinal structure of earnings to estimate the"
        " effect of training programs. Review of Economics and Statistics 67(4), 648–660.",
    ),
    "doubly_robust_difference_in_differences": Method(
        mark("Doubly robust difference-in-differences"),
        mark("Doubly robust difference-in-differences"),
        mark(
            "Difference-in-differences among units that were alike before, by regression and weighting"
            " together."
        ),
        "Sant'Anna, P. H. C. and Zhao, J. (2020). Doubly robust difference-in-differences estimators. Journal"
        " of Econometrics 219(1), 101–122.",
    ),
    "repeated_cross_sections": Method(
        mark("Difference-in-differences of repeated cross-sections"),
        mark("Difference-in-differences of the waves"),
        mark(
            "The difference of the groups after the programme minus their difference before, with other"
            " people asked each time."
        ),
        "Card, D. and Krueger, A. B. (1994). Minimum wages and employment. American Economic Review 84(4),"
        " 772–793.",
    ),
    "before_after_change": Method(
        mark("Before–after change"),
        mark("Before–after change of participants"),
        mark(
            "The mean change of participants alone. This is not an effect: it holds everything else that"
            " happened in the meantime."
        ),
        "Shadish, W. R., Cook, T. D. and Campbell, D. T. (2002). Experimental and quasi-experimental designs"
        " for generalized causal inference, chapter 4. Houghton Mifflin.",
    ),
    "fixed_effects": Method(
        mark("Fixed effects"),
        mark("Unit and period fixed effects"),
        mark(
            "Each unit is compared with itself in other periods, and with the course of all units over time."
        ),
        "Wooldridge, J. M. (2010). Econometric analysis of cross section and panel data, 2nd edition, chapter"
        " 10. MIT Press.",
    ),
    "first_difference": Method(
        mark("First differences"),
        mark("First difference"),
        mark("Least squares on the change of each unit from one period to another."),
        "Wooldridge, J. M. (2010). Econometric analysis of cross section and panel data, 2nd edition, chapter"
        " 10. MIT Press.",
    ),
    "standardised_change": Method(
        mark("Standardised change"),
        mark("Change in standard deviations"),
        mark(
            "The mean change of participants in standard deviations, each kind with its name: d_z, d_av, and"
            " g corrected for small samples."
        ),
        "Lakens, D. (2013). Calculating and reporting effect sizes to facilitate cumulative science."
        " Frontiers in Psychology 4, 863.",
    ),
    "signed_rank_change": Method(
        mark("Signed-rank change"),
        mark("Change by signed ranks"),
        mark(
            "The median of all averages of two changes, with the test by ranks of Wilcoxon: a few large"
            " changes do not move it."
        ),
        "Wilcoxon, F. (1945). Individual comparisons by ranking methods. Biometrics Bulletin 1(6), 80–83.",
    ),
    "sign_test": Method(
        mark("Sign test"),
        mark("Change by signs"),
        mark("The share of participants who rose minus the share who fell; how far does not count."),
        "Dixon, W. J. and Mood, A. M. (1946). The statistical sign test. Journal of the American Statistical"
        " Association 41(236), 557–566.",
    ),
    "paired_shares": Method(
        mark("Change of a share (McNemar)"),
        mark("Change of a share, the same people"),
        mark("The share of participants now minus the share before, tested by those who changed."),
        "McNemar, Q. (1947). Note on the sampling error of the difference between correlated proportions or"
        " percentages. Psychometrika 12(2), 153–157.",
    ),
    "marginal_homogeneity": Method(
        mark("Change of categories (Stuart–Maxwell)"),
        mark("Moves between levels"),
        mark("Whether the answers of the same participants are spread over the categories as before."),
        "Stuart, A. (1955). A test for homogeneity of the marginal distributions in a two-way classification."
        " Biometrika 42(3/4), 412–416.",
    ),
    "ordered_change": Method(
        mark("Ordered logit, then and now"),
        mark("Proportional odds"),
        mark("By what factor the odds of a higher level rose among participants, the same at every level."),
        "McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society,"
        " Series B 42(2), 109–142.",
    ),
    "ordered_logit": Method(
        mark("Ordered logit"),
        mark("Ordered logit"),
        mark(
            "By what factor the odds of a higher level are larger for participants than for the comparison"
            " group, the same at every level."
        ),
        "McCullagh, P. (1980). Regression models for ordinal data. Journal of the Royal Statistical Society,"
        " Series B 42(2), 109–142.",
    ),
    "conditional_logit": Method(
        mark("Conditional logit within strata"),
        mark("Odds within strata"),
        mark(
            "By what factor the odds of yes are larger for participants than for others of the same stratum;"
            " strata in which all say the same have no part."
        ),
        "Chamberlain, G. (1980). Analysis of covariance with qualitative data. Review of Economic Studies"
        " 47(1), 225–238.",
    ),
    "fixed_effects_logit": Method(
        mark("Fixed-effects logit"),
        mark("Odds within units of the panel"),
        mark(
            "By what factor the odds of yes are larger for the same unit in periods of treatment; units that"
            " always say the same have no part."
        ),
        "Chamberlain, G. (1980). Analysis of covariance with qualitative data. Review of Economic Studies"
        " 47(1), 225–238.",
    ),
    "probability_of_superiority": Method(
        mark("Probability of superiority"),
        mark("Probability of superiority"),
        mark(
            "The chance that a participant has a higher level than someone of the comparison group, ties"
            " counting half."
        ),
        "Brunner, E. and Munzel, U. (2000). The nonparametric Behrens–Fisher problem. Biometrical Journal"
        " 42(1), 17–25.",
    ),
    "mean": Method(
        mark("Mean of participants"),
        "",
        mark("The average of participants who answered; nobody is compared with them."),
        "Cochran, W. G. (1977). Sampling techniques, 3rd edition, chapter 2. Wiley.",
    ),
    "share": Method(
        mark("Share of participants"),
        "",
        mark("The share of participants who answered for whom it holds; nobody is compared with them."),
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal"
        " of the American Statistical Association 22(158), 209–212.",
    ),
}

HETEROSKEDASTIC = (
    "MacKinnon, J. G. and White, H. (1985). Some heteroskedasticity-consistent covariance matrix estimators"
    " with improved finite sample properties. Journal of Econometrics 29(3), 305–325."
)
SATTERTHWAITE = (
    "Bell, R. M. and McCaffrey, D. F. (2002). Bias reduction in standard errors for linear regression with"
    " multi-stage samples. Survey Methodology 28(2), 169–181."
)
ABADIE_IMBENS = (
    "Abadie, A. and Imbens, G. W. (2006). Large sample properties of matching estimators for average"
    " treatment effects. Econometrica 74(1), 235–267."
)
STD_ERRORS = {
    "classical": StdError(
        mark("classical standard errors"),
        "Greene, W. H. (2018). Econometric analysis, 8th edition, chapter 4. Pearson.",
    ),
    "HC1": StdError(
        mark("HC1 robust standard errors"),
        HETEROSKEDASTIC,
    ),
    "HC2": StdError(
        mark("HC2 robust standard errors"),
        HETEROSKEDASTIC,
    ),
    "HC3": StdError(
        mark("HC3 robust standard errors"),
        HETEROSKEDASTIC,
    ),
    "BM": StdError(
        mark("HC2 robust standard errors with Satterthwaite degrees of freedom"),
        SATTERTHWAITE,
    ),
    "CR1": StdError(
        mark("CR1 cluster-robust standard errors"),
        "Liang, K.-Y. and Zeger, S. L. (1986). Longitudinal data analysis using generalized linear models."
        " Biometrika 73(1), 13–22.",
    ),
    "CR2": StdError(
        mark("CR2 cluster-robust standard errors with Satterthwaite degrees of freedom"),
        SATTERTHWAITE,
    ),
    "CR3": StdError(
        mark("CR3 cluster-robust standard errors (jackknife)"),
        SATTERTHWAITE,
    ),
    "wild": StdError(
        mark("the wild cluster bootstrap"),
        "Cameron, A. C., Gelbach, J. B. and Miller, D. L. (2008). Bootstrap-based improvements for inference"
        " with clustered errors. Review of Economics and Statistics 90(3), 414–427.",
    ),
    "randomisation": StdError(
        mark("randomisation inference"),
        "Young, A. (2019). Channeling Fisher: randomization tests and the statistical insignificance of"
        " seemingly significant experimental results. Quarterly Journal of Economics 134(2), 557–598.",
    ),
    "survey": StdError(
        mark("linearised survey standard errors"),
        "Binder, D. A. (1983). On the variances of asymptotically normal estimators from complex surveys."
        " International Statistical Review 51(3), 279–292.",
    ),
    "influence": StdError(
        mark("standard errors that count the estimated weights and regressions"),
        "Newey, W. K. and McFadden, D. (1994). Large sample estimation and hypothesis testing. Handbook of"
        " Econometrics 4, 2111–2245.",
    ),
    "BRL": StdError(
        mark("bias-reduced linearised survey standard errors with Satterthwaite degrees of freedom"),
        SATTERTHWAITE,
    ),
    "jackknife": StdError(
        mark("standard errors by the jackknife, with Satterthwaite degrees of freedom"),
        "Efron, B. and Stein, C. (1981). The jackknife estimate of variance. Annals of Statistics 9(3),"
        " 586–596.",
    ),
    "AI": StdError(
        mark("Abadie–Imbens standard errors"),
        ABADIE_IMBENS,
    ),
    "AI_equal": StdError(
        mark("Abadie–Imbens standard errors with one variance for all"),
        ABADIE_IMBENS,
    ),
    "auto": StdError(
        mark("standard errors chosen by the design"),
        "Cameron, A. C. and Miller, D. L. (2015). A practitioner's guide to cluster-robust inference. Journal"
        " of Human Resources 50(2), 317–372.",
    ),
    "finite_population": StdError(
        mark("classical standard errors with the finite-population correction"),
        "Cochran, W. G. (1977). Sampling techniques, 3rd edition, chapter 2. Wiley.",
    ),
    "normal_theory": StdError(
        mark(
            "intervals of d_z by noncentral t below 30 participants and by the jackknife from there, of the"
            " others by the delta method"
        ),
        "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related"
        " estimators. Journal of Educational Statistics 6(2), 107–128.",
    ),
    "signed_rank": StdError(
        mark("Wilcoxon's signed ranks"),
        "Hodges, J. L. and Lehmann, E. L. (1963). Estimates of location based on rank tests. Annals of"
        " Mathematical Statistics 34(2), 598–611.",
    ),
    "exact": StdError(
        mark("the exact test"),
        "Clopper, C. J. and Pearson, E. S. (1934). The use of confidence or fiducial limits illustrated in"
        " the case of the binomial. Biometrika 26(4), 404–413.",
    ),
    "mid_p": StdError(
        mark("the mid-p test"),
        "Fagerland, M. W., Lydersen, S. and Laake, P. (2013). The McNemar test for binary matched-pairs data."
        " BMC Medical Research Methodology 13, 91.",
    ),
    "brunner_munzel": StdError(
        mark("the test of Brunner and Munzel"),
        "Brunner, E. and Munzel, U. (2000). The nonparametric Behrens–Fisher problem. Biometrical Journal"
        " 42(1), 17–25.",
    ),
    "Wilson": StdError(
        mark("Wilson's interval of a share"),
        "Wilson, E. B. (1927). Probable inference, the law of succession, and statistical inference. Journal"
        " of the American Statistical Association 22(158), 209–212.",
    ),
}

ALWAYS = (
    Method(
        mark("Minimum detectable effect"),
        "",
        mark("The smallest effect that a study of this size and spread would find with the given power."),
        "Bloom, H. S. (1995). Minimum detectable effects. Evaluation Review 19(5), 547–556.",
    ),
    Method(
        mark("Effect size"),
        "",
        mark("The estimate in standard deviations, with its name; Hedges g is corrected for small samples."),
        "Hedges, L. V. (1981). Distribution theory for Glass's estimator of effect size and related"
        " estimators. Journal of Educational Statistics 6(2), 107–128.",
    ),
)
