"""What the audit of an extract may find: the kinds of findings, and how grave each is."""

from enum import StrEnum


class FindingKind(StrEnum):
    """A way in which an extract misleads whoever learns from it."""

    NEAR_PERFECT = "near_perfect"
    ONE_SIDED = "one_sided"
    CONSTANT_FROM_START = "constant_from_start"
    DESCRIBES_END = "describes_end"
    COMPUTED_FROM_RATINGS = "computed_from_ratings"
    ONLY_WHERE_RATED = "only_where_rated"
    RECORDED_AFTER_CALLBACK = "recorded_after_callback"
    CHANGED_BETWEEN_EXTRACTS = "changed_between_extracts"
    SILENT_AS_WORST = "silent_as_worst"
    RATINGS_REFUSED = "ratings_refused"
    IMMATURE_LABELS = "immature_labels"
    NEVER_RATED = "never_rated"
    DUPLICATES = "duplicates"
    HIDDEN_ORDER = "hidden_order"


class Severity(StrEnum):
    """How grave a finding is: a severe one stops training until it is mended or acknowledged."""

    SEVERE = "severe"
    WARNING = "warning"
    NOTE = "note"
