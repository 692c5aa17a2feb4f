"""How an assumption is tested in a deployment: what to collect, and where people are needed."""

from collections.abc import Mapping

COLLECT: Mapping[str, str] = {
    "query-authorship": "Queries that the people of the deployment wrote themselves.",
    "information-completeness": "What people tell in their first message, and what they leave out.",
    "interaction-type": "Whole conversations, with every turn of both sides.",
}
"""What to collect for a test of a task assumption, which data from conversations can show."""
OTHER_DATA = "Items of the deployment in place of the benchmark's."
"""What to collect for one that is not listed."""
PEOPLE: Mapping[str, str] = {
    "decision-mediation": "No log of conversations shows whether people follow the output, change "
    "it or ignore it. They have to take part.",
    "outcome-validity": "What people do next, and what it leads to, is not in the output. It has "
    "to be observed with them.",
}
"""Why a test of an outcome assumption needs people."""
OTHER_PEOPLE = "What it means for people is not in the output. It has to be observed with them."
"""Why one that is not listed does."""
