"""channels/sms/parts.py: long messages put together, whoever sends their parts at the same time and in what order."""
from __future__ import annotations

from itertools import permutations

from hypothesis import given, settings
from hypothesis import strategies as st

from channels.sms import parts as together
from channels.sms.parts import (
    GAP,
    MOST_OPEN,
    REMEMBER_MS,
    WAIT_MS,
    Form,
    Parts,
    Piece,
    Place,
    Whole,
    header,
    place_of,
    with_header,
    with_sar,
)
from channels.sms.text import encode, segments
from tests.tables import table

NOW = 1_790_000_000_000
LONG = "不满意，还没修好。" * 20 + "😡谢谢"
FORMS: tuple[Form, ...] = ("8", "16", "sar")


def pieces(text: str, reference: int = 42, form: Form = "8") -> list[Piece]:
    """As a phone sends it."""
    cut = segments(text, wide=form == "16", china=True).parts
    places = [Place(form, reference, len(cut), number) for number in range(1, len(cut) + 1)]
    octets = [encode(part, "ucs2") for part in cut]
    if form == "sar":
        return [with_sar(part, 8, (place.reference, place.total, place.number))
                for part, place in zip(octets, places, strict=True)]
    return [with_header(header(place) + part, 8) for part, place in zip(octets, places, strict=True)]


def feed(state: Parts, coming: list[Piece], at: int = NOW) -> tuple[Parts, list[Whole]]:
    wholes: list[Whole] = []
    for piece in coming:
        state, more = together.decode(together.encode(state)).add(piece, at)
        wholes += more
    return state, wholes


@table("form", FORMS)
def test_every_form_in_every_order(form: Form) -> None:
    for order in permutations(pieces(LONG, form=form)):
        state, wholes = feed(Parts(), list(order))
        assert wholes == [Whole(LONG)]
        assert state.open == {}


def test_a_message_of_its_own_is_whole_at_once() -> None:
    assert feed(Parts(), [Piece(LONG.encode("utf-16-be"), 8)]) == (Parts(), [Whole(LONG)])


def test_two_citizens_with_the_same_reference_are_never_mixed() -> None:
    """Keyed by the pair of numbers, as the joiner keeps them."""
    texts = {"8613800138001": "甲" * 100, "8613900000002": "乙" * 100}
    states: dict[str, Parts] = {}
    read: dict[str, list[Whole]] = {}
    for turn in range(2):
        for sender, text in texts.items():
            states[sender], wholes = feed(states.get(sender, Parts()), [pieces(text)[turn]])
            read.setdefault(sender, []).extend(wholes)
    assert read == {sender: [Whole(text)] for sender, text in texts.items()}


def test_the_same_reference_in_another_form_or_total_is_another_message() -> None:
    two, wide, three = pieces("甲" * 100), pieces("乙" * 100, form="16"), pieces("丙" * 190)
    assert (len(two), len(wide), len(three)) == (2, 2, 3)
    _, wholes = feed(Parts(), [two[0], wide[0], three[0], three[1], two[1], three[2], wide[1]])
    assert [whole.text[0] for whole in wholes] == ["甲", "丙", "乙"]


def test_repeats_change_nothing_before_and_after() -> None:
    first, second = pieces("甲" * 100)
    state, wholes = feed(Parts(), [first, first, second, second, first])
    assert wholes == [Whole("甲" * 100)]
    assert state.open == {}
    assert feed(state, [first], NOW + REMEMBER_MS)[0].open, "much later it is a message of its own"


def test_a_reference_used_again_begins_a_new_message() -> None:
    old, new = pieces("旧" * 100), pieces("新" * 100)
    _, wholes = feed(Parts(), [old[0], new[0], new[1]])
    assert wholes == [Whole("旧" * 67 + GAP, missing=(2,)), Whole("新" * 100)]
    _, wholes = feed(Parts(), [*old, *new])
    assert wholes == [Whole("旧" * 100), Whole("新" * 100)]


def test_what_never_comes_is_told() -> None:
    first, _, third, *rest = pieces("一" * 67 + "二" * 67 + "三" * 67 + "四" * 10)
    state, wholes = feed(Parts(), [first, third])
    assert (wholes, state.due()) == ([], NOW + WAIT_MS)
    assert state.expire(NOW + WAIT_MS - 1) == (state, [])
    state, wholes = state.expire(NOW + WAIT_MS)
    assert wholes == [Whole("一" * 67 + GAP + "三" * 67 + GAP, missing=(2, 4))]
    assert (state.open, state.due()) == ({}, None)
    assert feed(state, [third, *rest], NOW + WAIT_MS)[0].open.keys() == {"8/42/4"}, "only what is new waits"


def test_a_surrogate_pair_that_the_carrier_cut_is_whole_again() -> None:
    octets = "好😀好".encode("utf-16-be")
    _, wholes = feed(Parts(), [with_header(header(Place("8", 1, 2, number)) + part, 8)
                               for number, part in enumerate((octets[:4], octets[4:]), 1)])
    assert wholes == [Whole("好😀好")]


def test_parts_of_two_alphabets_are_read_each_by_its_own() -> None:
    places = [header(Place("8", 1, 2, number)) for number in (1, 2)]
    _, wholes = feed(Parts(), [with_header(places[0] + b"OK ", 0), with_header(places[1] + encode("满意", "ucs2"), 8)])
    assert wholes == [Whole("OK 满意")]


def test_unfinished_messages_are_bounded() -> None:
    state = Parts()
    given_up: list[Whole] = []
    for reference in range(3 * MOST_OPEN):
        state, wholes = state.add(pieces("甲" * 100, reference)[0], NOW + reference)
        given_up += wholes
    assert len(state.open) == MOST_OPEN
    assert len(given_up) == 2 * MOST_OPEN
    for reference in range(3 * MOST_OPEN, 200):
        state, _ = state.add(pieces("甲" * 100, reference & 255)[0], NOW + reference)
    assert len(together.encode(state)) < 20_000


@table(("octets", "text", "place"), [
    ("0500032a0201" "0031", "1", Place("8", 42, 2, 1)), ("060804012a0202" "0031", "1", Place("16", 298, 2, 2)),
    ("0b0504158a00000003aa0201" "0031", "1", Place("8", 170, 2, 1)),    # a port number first
    ("05000300" "0101" "0031", "1", None), ("0500032a0203" "0031", "1", None), ("0500032a0200" "0031", "1", None),
    ("0500022a02" "01" "0031", "1", None),                              # an element that breaks off
    ("00" "0031", "1", None), ("01" "00" "0031", "1", None), ("0500032a0201", "", Place("8", 42, 2, 1)),
])
def test_headers_are_walked(octets: str, text: str, place: Place | None) -> None:
    piece = with_header(bytes.fromhex(octets), 8)
    assert (piece.octets.decode("utf-16-be"), piece.place) == (text, place)


@table("octets", ["2000030102010031", "05", "ff"])
def test_a_header_longer_than_the_message_is_kept_as_text(octets: str) -> None:
    assert with_header(bytes.fromhex(octets), 8) == Piece(bytes.fromhex(octets), 8)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.binary(max_size=20), st.integers(0, 255)), max_size=20))
def test_hostile_headers_never_raise(messages: list[tuple[bytes, int]]) -> None:
    state = Parts()
    for octets, data_coding in messages:
        place_of(octets)
        state, _ = state.add(with_header(octets, data_coding), NOW)
    assert len(state.open) <= MOST_OPEN
