"""Move in: surveys and answers of other tools, with a list of what does not come over and a proof of what does."""

from regard.surveys.moving.equivalence import Difference, Equivalence, check_equivalence
from regard.surveys.moving.losses import Loss
from regard.surveys.moving.moved import Carried, Moved
from regard.surveys.moving.reading import read_survey
from regard.surveys.moving.surveyjs import export_losses, surveyjs_json

__all__ = [
    "Carried",
    "Difference",
    "Equivalence",
    "Loss",
    "Moved",
    "check_equivalence",
    "export_losses",
    "read_survey",
    "surveyjs_json",
]
