from goldenhour.bench.judgement.measure import JudgementOptions, loads, measure


def test_every_figure_stands_beside_its_floor() -> None:
    """Least, median and most; no engine is quicker than decoding alone."""
    figures = measure(JudgementOptions(patients=100, seconds=8, repeats=2))
    for job in ("watch", "vitals_job"):
        rates = {name: value for name, value in figures[job].items() if isinstance(value, dict)}
        floor = rates.pop("floor_decode")
        for rate in rates.values():
            assert 0 < rate["min"] <= rate["median"] <= rate["max"] < floor["max"]


def test_a_partition_of_the_worker_has_its_share_of_the_patients() -> None:
    load = loads(JudgementOptions(patients=400, seconds=8, repeats=1))
    assert len(load.ward) == 8 * 2
    assert len(load.job) == 8
