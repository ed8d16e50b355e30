from clinical.instant import SECOND_US
from goldenhour.bench.load.leads import LeadBank


def test_each_second_follows_the_last_without_a_gap() -> None:
    bank = LeadBank()
    for second in range(25):
        end_us = 1_000_000_000_000_000 + second * SECOND_US
        chunks = bank.second(7, second, end_us)
        assert [chunk.lead for chunk in chunks] == ["I", "II"]
        for chunk in chunks:
            assert len(chunk.samples) == chunk.rate_hz == 250
            assert chunk.first_sample == second * 250
            assert chunk.start_us == end_us - SECOND_US


def test_units_do_not_all_have_the_same_heart() -> None:
    bank = LeadBank()
    assert bank.second(0, 0, SECOND_US) != bank.second(1, 0, SECOND_US)
