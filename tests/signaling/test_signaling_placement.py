"""Where the next call goes."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from wasl_signaling.placement import Candidate, least_loaded

candidates = st.lists(
    st.builds(
        Candidate,
        id=st.text("abcdef", min_size=1, max_size=3),
        people=st.integers(0, 200),
        cpu=st.floats(0, 1.2),
        draining=st.booleans(),
        struggling=st.booleans(),
    ),
    unique_by=lambda candidate: candidate.id,
    max_size=8,
)


@given(candidates)
def test_the_least_loaded_is_chosen_of_those_that_are_well(workers: list[Candidate]) -> None:
    chosen = least_loaded(workers)
    taking = [worker for worker in workers if not worker.draining]
    well = [worker for worker in taking if not worker.struggling] or taking
    assert (chosen is None) == (not taking)
    if chosen is not None:
        assert chosen in well
        assert chosen.burden == min(worker.burden for worker in well)


@given(candidates.filter(lambda workers: any(not worker.draining for worker in workers)))
def test_people_who_come_one_after_another_are_spread(workers: list[Candidate]) -> None:
    workers = [Candidate(worker.id, 0, 0.0) for worker in workers]
    for _ in range(5 * len(workers)):
        chosen = least_loaded(workers)
        assert chosen is not None
        others = [worker for worker in workers if worker.id != chosen.id]
        workers = [*others, Candidate(chosen.id, chosen.people + 1, 0.0)]
    assert {worker.people for worker in workers} == {5}
