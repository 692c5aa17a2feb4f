"""Slots are shared fairly, and none is lost however it is let go."""

import pytest

from service.common.problems import Busy
from service.sandbox import Slots


def test_who_holds_fewest_is_next_and_among_those_who_waited_longest() -> None:
    slots = Slots[str](3)
    for _ in range(3):
        slots.take(0, "busy", "a")
    waiting = [slots.ask(1, "busy", client) for client in ("a", "a", "b", "c", "b")]
    order: list[int] = []
    for _ in range(5):
        slots.give_back(None, "a" if len(order) < 3 else "b")
        order += [n for n, slot in enumerate(waiting) if slot.done() and n not in order]
    assert order[:2] == [2, 3]
    assert sorted(order) == [0, 1, 2, 3, 4]


def test_one_client_never_has_more_than_its_share_and_others_get_the_rest() -> None:
    slots = Slots[str](4, share=3)
    held = [slots.ask(1, "busy", "a") for _ in range(24)]
    assert [slot.done() for slot in held] == [True] * 3 + [False] * 21
    slots.take(0, "busy", "b")
    with pytest.raises(Busy):
        slots.take(0, "busy", "c")
    slots.give_back(None, "b")
    slots.take(0, "busy", "c")


def test_a_place_that_is_given_up_goes_to_the_next() -> None:
    slots = Slots[str](1)
    slots.take(0, "busy", "a")
    first, second = slots.ask(1, "busy", "a"), slots.ask(1, "busy", "b")
    assert slots.gives_up(first, "a")
    slots.give_back("kept", "a")
    assert second.result(0) == "kept"
    assert not slots.gives_up(second, "b")
    slots.give_back("kept", "b")
    assert slots.take(0, "busy", "c") == "kept"


def test_what_was_used_last_is_used_next() -> None:
    slots = Slots[str](2)
    for _ in range(2):
        slots.take(0, "busy")
    slots.give_back("cold")
    slots.give_back("warm")
    assert slots.take(0, "busy") == "warm"


def test_more_than_may_wait_are_refused_at_once() -> None:
    slots = Slots[str](1, queue=1)
    slots.take(0, "busy")
    slots.ask(9, "busy")
    with pytest.raises(Busy) as raised:
        slots.take(9, "busy")
    assert raised.value.extra["retry_after"] == 9
