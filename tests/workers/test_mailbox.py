"""One slot between two threads."""

import threading
import weakref

import numpy as np

from osfi_gui.workers.mailbox import Mailbox


def test_the_newest_wins():
    box = Mailbox()
    for number in (1, 2, 3):
        box.put(number)
    assert box.take(timeout_s=0) == 3
    assert box.take(timeout_s=0) is None


def test_what_was_taken_stays_for_those_who_look():
    box = Mailbox()
    assert box.peek() is None
    box.put("frame")
    assert box.peek() == "frame"
    assert box.take(timeout_s=0) == "frame"
    assert box.peek() == "frame"


def test_none_empties_it():
    box = Mailbox()
    box.put("frame")
    box.put(None)
    assert box.peek() is None
    assert box.take(timeout_s=0) is None


def test_older_values_are_let_go_of():
    box = Mailbox()
    frames = [np.zeros(10) for _ in range(100)]
    alive = [weakref.ref(frame) for frame in frames]
    while frames:
        box.put(frames.pop(0))
    assert [reference() is not None for reference in alive] == [False] * 99 + [True]


def test_a_taker_that_waits_gets_what_is_put():
    box, got = Mailbox(), []
    taker = threading.Thread(target=lambda: got.append(box.take(timeout_s=20)))
    taker.start()
    box.put("frame")
    taker.join(20)
    assert got == ["frame"]


def test_waking_lets_a_taker_go_on_with_what_is_there():
    box, got, waits = Mailbox(), [], threading.Event()
    box.put("frame")
    assert box.take(timeout_s=0) == "frame"

    def take():
        waits.set()
        got.append(box.take(timeout_s=20))

    taker = threading.Thread(target=take)
    taker.start()
    waits.wait(20)
    box.wake()
    taker.join(20)
    assert got == ["frame"]


def test_every_value_is_taken_at_most_once_and_in_order():
    box, taken, over = Mailbox(), [], threading.Event()

    def take():
        while not over.is_set() or box.peek() != taken[-1]:
            value = box.take(timeout_s=0.01)
            if value is not None:
                taken.append(value)

    taker = threading.Thread(target=take)
    taker.start()
    for number in range(1, 2001):
        box.put(number)
    over.set()
    taker.join(20)
    assert taken == sorted(set(taken))
    assert taken[-1] == 2000


def test_what_was_put_and_what_nobody_took_are_counted():
    box = Mailbox()
    assert box.passed == (0, 0)
    box.put("a")
    box.put("b")  # a is dropped
    assert box.passed == (2, 1)
    box.take(timeout_s=0)
    box.put("c")  # b was taken
    assert box.passed == (3, 1)
    box.put(None)  # c is thrown away; emptying puts nothing
    assert box.passed == (3, 2)
    box.put("d")
    assert box.passed == (4, 2)


def test_waking_neither_puts_nor_drops():
    box = Mailbox()
    box.put("a")
    box.wake()
    assert box.take(timeout_s=0) == "a"
    box.wake()
    assert box.take(timeout_s=0) == "a"
    box.put("b")
    assert box.passed == (2, 0)
