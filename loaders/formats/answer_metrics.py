"""Metrics that compare an output with an answer key, a reference or a test, by a closed table.

Whatever such a metric is applied to, nothing but the output enters the score, so the outcome is
*item correct*. Who or what compares is not said: accuracy may be judged by people or a model.
"""

import re
from collections.abc import Iterable

from loaders.formats.assumptions import derived
from loaders.model import Assumption

METRICS_RULE = "answer-metrics"
"""Rule id: every metric that is named stands in the table `METRICS`."""

METRICS = frozenset(
    {
        "accuracy", "acc", "acc norm", "acc bytes", "balanced accuracy", "top 1 accuracy",
        "top 5 accuracy", "exact match", "exact match accuracy", "em", "em accuracy",
        "quasi exact match", "prefix exact match", "quasi prefix exact match",
        "exact match indicator", "execution accuracy", "pass@", "f1", "f1 micro", "f1 macro",
        "macro f1", "micro f1", "weighted f1", "macro averaged f1", "micro averaged f1",
        "classification macro f1", "classification micro f1", "classification weighted f1",
        "squad f1", "token f1", "token level f1", "span f1", "f measure", "f", "precision",
        "recall", "macro precision", "macro recall", "sensitivity", "specificity",
        "positive predictive value", "negative predictive value", "ppv", "npv", "precision@",
        "recall@", "hits@", "mrr", "mean reciprocal rank", "map", "mean average precision",
        "ndcg", "ndcg@", "rr@", "auc", "auroc", "roc auc", "auc roc", "auprc",
        "area under the curve", "area under the receiver operating characteristic",
        "area under the roc curve", "mcc", "matthews correlation coefficient", "wer",
        "word error rate", "cer", "character error rate", "iou", "miou",
        "mean intersection over union", "bleu", "sacrebleu", "codebleu", "rouge", "rouge l",
        "rougel", "rouge lsum", "meteor", "chrf", "chrf++", "ter", "bertscore", "bert score",
        "bleurt", "comet", "cider",
    }
)  # fmt: skip
"""Names of metrics as `_plain` writes them. One that only names a rate, a reward or a rating is
not here, nor one that needs no answer, as perplexity."""

_ABBREVIATION = re.compile(r"\([^()]*+\)$")
_NUMBER = re.compile(r"(?<=@)\s*(?:k|\d+)$|(?<=^bleu)\s*\d$|(?<=^rouge)\s*\d$")
_APART = re.compile(r"[\s_-]+")


def of_answers(metrics: Iterable[str], field: str) -> Assumption | None:
    """Return *item correct* where every metric is of the table; None for none or any other."""
    named = tuple(metrics)
    if not named or not all(_plain(name) in METRICS for name in named):
        return None
    raw = f"{field}: {'; '.join(named)}"
    return derived("outcome-validity", ("item-correct",), METRICS_RULE, raw)


def _plain(name: str) -> str:
    """Return a name in lower case, without its abbreviation, *score*, and the k of `@k`."""
    words = _APART.sub(" ", _ABBREVIATION.sub("", name.strip()).lower()).strip()
    return _NUMBER.sub("", words.removesuffix(" score").removesuffix(" scores"))
