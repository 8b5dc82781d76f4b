"""Why a number about a scale or raters could not be had, and what must be known of one that was."""

from __future__ import annotations

from manfaat.base.reasons import Code, because


class ScaleReason(Code):
    """Why a number about a scale or raters could not be had, and what must be known of one that was."""

    FEW_ITEMS_FOR_FACTOR = because("one factor needs three items")
    RATER_CONSTANT = because("a rater's ratings do not vary")
    ONE_ITEM = because("a scale of one item")
    ITEMS_DIFFER_ALIKE = because("the items have no residual variance")
    ALL_RATED_ALIKE = because("the ratings do not vary")
    ITEM_CONSTANT = because("an item does not vary")
    ITEM_FOLLOWS = because("the covariance of the items is singular")
    ITEM_AGAINST = because("an item has a negative rest correlation", "item")
    DIFFER_ALIKE = because("the differences between times do not vary")
    SAME_ANSWER = because("everyone gave the same answer to an item", "item")
    SAME_ANSWERS = because("no item varies")
    FEW_RATED = because("fewer than 30 people were rated by both")
    FEW_PEOPLE = because("fewer than 30 people answered all items")
    TOO_FEW = because("fewer than five people: protected")
    IN_PART = because("fewer than four fifths answered all items")
    FEW_ITEMS = because("fewer than three items")
    FEW_COMPLETE = because("fewer than three people answered all items")
    FEW_RATED_TWICE = because("fewer than three people were rated by both")
    TWO_RATERS = because("two raters are no sample of raters")
    ONE_END_OF_ITEM = because("nearly all answers to an item are the same extreme one")
    ONE_END_OF_RATINGS = because("nearly all ratings are the same extreme one")
    SKEWED_DIFFERENCES = because("the differences of the raters are skewed")
    FEW_IN_PAIRS = because("fewer than three people answered a pair of items")
    FEW_AT_THREE_TIMES = because("fewer than two people answered at all three times")
    NOT_RATED_BY_BOTH = because("fewer than two people were rated by both")
    AT_CEILING = because("more than 15 per cent have the highest score")
    AT_FLOOR = because("more than 15 per cent have the lowest score")
    ONE_WORDING = because("no item is worded the other way round")
    NOBODY_ANSWERED = because("nobody answered")
    AGREES = because("the mean leaning is above the middle")
    DISAGREES = because("the mean leaning is below the middle")
    NO_COMMON_ANSWERS = because("the items have no common list of answers")
    NO_FACTOR = because("the items have no factor in common")
    HEYWOOD = because("an item has no variance of its own")
    NO_FIT = because("the model with one factor has no solution")
    FEW_OTHERS = because("the same number of the other group is protected")
    RATERS_AGREE = because("the raters always agree")
    RATERS_DIFFER_ALIKE = because("the raters differ by the same amount for everyone")
    NOT_BOTH = because("the same rater did not measure it before")
    SUM_CONSTANT = because("the sum of the items does not vary")
    FEW_FOR_MODEL = because("no more people than coefficients of the model")
    FEW_FOR_LINES = because("too few items to speak of straight-lining")
    REDUNDANT = because("α is above 0.95")
