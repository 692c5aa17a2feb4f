"""Rules over the steps of a plan: which are settled, locked, circular or moved."""

from collections.abc import Sequence

from loaders.model import Plan, SampleSize, Step


def settled(step: Step) -> bool:
    """Tell whether what waits for a step may start."""
    if step.decision == "waived":
        return True
    done = step.step_status == "done"
    return done and (not step.is_test or step.decision == "met")


def locks(steps: Sequence[Step], step: Step) -> list[int]:
    """Return the positions of the steps that hold this one up."""
    waits = {name.removeprefix("step-") for name in step.depends_on}
    if step.stage == "test-outcome":
        waits |= {str(s.position) for s in steps if s.stage == "test-task"}
    return [s.position for s in steps if str(s.position) in waits and not settled(s)]


def moved(old: Plan, new: Plan) -> list[int]:
    """Return the steps that are not held to what was fixed before their result.

    Their threshold is another, or fewer units are planned than were.
    """
    now = {s.position: s for s in new.steps}
    return [s.position for s in old.steps if _moves(s, now.get(s.position))]


def _moves(old: Step, new: Step | None) -> bool:
    if new is None:
        return bool(old.tried)
    if not old.tried and not new.tried:
        return False
    return new.threshold != old.threshold or lowered(old.sample_size, new.sample_size)


def lowered(old: SampleSize | None, new: SampleSize | None) -> bool:
    """Tell whether fewer units are planned than before."""
    if old is None:
        return False
    return new is None or (new.n, new.n_per_group or new.n) < (old.n, old.n_per_group or old.n)


def rushed(old: Plan, new: Plan) -> list[int]:
    """Return the steps that get a result while others still hold them up."""
    done = {s.position: len(s.tried) for s in old.steps}
    return [
        s.position
        for s in new.steps
        if len(s.tried) > done.get(s.position, 0) and locks(new.steps, s)
    ]


def circular(plan: Plan) -> list[int]:
    """Return the steps that can never start, because they wait in a circle."""
    waits = {f"step-{s.position}": set(s.depends_on) for s in plan.steps}
    while free := [name for name, others in waits.items() if not others & waits.keys()]:
        waits = {name: others for name, others in waits.items() if name not in free}
    return [s.position for s in plan.steps if f"step-{s.position}" in waits]
