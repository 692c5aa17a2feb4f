"""Places are shared fairly, and none is lost however it is let go."""

import pytest

from service.common.problems import Busy
from service.sandbox import Places


def test_who_holds_fewest_is_next_and_among_those_who_waited_longest() -> None:
    places = Places[str](3)
    for _ in range(3):
        places.take(0, "busy", "a")
    waiting = [places.ask(1, "busy", client) for client in ("a", "a", "b", "c", "b")]
    order: list[int] = []
    for _ in range(5):
        places.give_back(None, "a" if len(order) < 3 else "b")
        order += [n for n, place in enumerate(waiting) if place.done() and n not in order]
    assert order[:2] == [2, 3]
    assert sorted(order) == [0, 1, 2, 3, 4]


def test_one_client_never_has_more_than_its_share_and_others_get_the_rest() -> None:
    places = Places[str](4, share=3)
    held = [places.ask(1, "busy", "a") for _ in range(24)]
    assert [place.done() for place in held] == [True] * 3 + [False] * 21
    places.take(0, "busy", "b")
    with pytest.raises(Busy):
        places.take(0, "busy", "c")
    places.give_back(None, "b")
    places.take(0, "busy", "c")


def test_a_place_that_is_given_up_goes_to_the_next() -> None:
    places = Places[str](1)
    places.take(0, "busy", "a")
    first, second = places.ask(1, "busy", "a"), places.ask(1, "busy", "b")
    assert places.gives_up(first, "a")
    places.give_back("kept", "a")
    assert second.result(0) == "kept"
    assert not places.gives_up(second, "b")
    places.give_back("kept", "b")
    assert places.take(0, "busy", "c") == "kept"


def test_what_was_used_last_is_used_next() -> None:
    places = Places[str](2)
    for _ in range(2):
        places.take(0, "busy")
    places.give_back("cold")
    places.give_back("warm")
    assert places.take(0, "busy") == "warm"


def test_more_than_may_wait_are_refused_at_once() -> None:
    places = Places[str](1, queue=1)
    places.take(0, "busy")
    places.ask(9, "busy")
    with pytest.raises(Busy) as raised:
        places.take(9, "busy")
    assert raised.value.extra["retry_after"] == 9
