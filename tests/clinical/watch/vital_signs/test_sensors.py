from clinical.alarms.priority import Phase
from clinical.items import DeviceStatus, Vitals
from clinical.vitals import Quality, Vital
from clinical.watch.carry import Carry
from clinical.watch.finding import Findings
from clinical.watch.vital_signs.sensors import Sensors
from tests.clinical.watch.bedside import at, frame

OFF = DeviceStatus("pleth", Vital.SPO2, attached=False)
ON = DeviceStatus("pleth", Vital.SPO2, attached=True)
MARKED = Vitals(heart_rate_bpm=70, marks={Vital.SPO2: Quality.SENSOR_OFF})


class Bed:
    """A patient of whom only the sensors are judged."""

    def __init__(self) -> None:
        self.carry = Carry()
        self.sensors = Sensors(self.carry)

    def measure(self, item: Vitals, second: float) -> Findings:
        taken = self.carry.on_item(item, at(second), at(second))
        return self.sensors.on_vitals(item, taken, at(second), frame(1))

    def report(self, item: DeviceStatus, second: float) -> Findings:
        return self.sensors.on_status(item, at(second), frame(1))


def _phases(findings: Findings) -> list[tuple[str, Phase]]:
    return [(x.subject, x.change.phase) for x in findings]


def test_a_sensor_off_alarms_after_five_seconds_and_ends_when_attached() -> None:
    bed = Bed()
    assert bed.report(OFF, 0) == ()
    assert bed.sensors.on_tick(at(4.9)) == ()
    assert _phases(bed.sensors.on_tick(at(5))) == [("spo2_percent", Phase.START)]
    assert _phases(bed.report(ON, 9)) == [("spo2_percent", Phase.END)]


def test_a_sensor_off_for_a_moment_is_no_alarm() -> None:
    bed = Bed()
    bed.report(OFF, 0)
    bed.report(ON, 3)
    assert bed.sensors.on_tick(at(60)) == ()


def test_marks_hold_until_the_next_good_value() -> None:
    bed = Bed()
    bed.measure(MARKED, 0)
    assert _phases(bed.measure(MARKED, 5)) == [("spo2_percent", Phase.START)]
    assert _phases(bed.measure(Vitals(spo2_percent=97), 6)) == [("spo2_percent", Phase.END)]


def test_a_reported_sensor_is_not_disproved_by_values_of_no_other_device() -> None:
    bed = Bed()
    bed.report(OFF, 0)
    assert bed.measure(Vitals(spo2_percent=97), 1) == ()
    assert bed.measure(Vitals(spo2_percent=97, device_id="pleth"), 2) == ()
    assert _phases(bed.sensors.on_tick(at(5))) == [("spo2_percent", Phase.START)]


def test_a_named_other_device_that_measures_ends_it() -> None:
    bed = Bed()
    bed.report(OFF, 0)
    bed.sensors.on_tick(at(5))
    other = Vitals(spo2_percent=97, device_id="spare")
    assert _phases(bed.measure(other, 6)) == [("spo2_percent", Phase.END)]


def test_word_of_a_whole_device_names_the_device() -> None:
    bed = Bed()
    bed.report(DeviceStatus("monitor-1", attached=False), 0)
    assert _phases(bed.sensors.on_tick(at(5))) == [("monitor-1", Phase.START)]


def test_late_word_that_a_newer_value_disproves_changes_nothing() -> None:
    bed = Bed()
    bed.measure(Vitals(spo2_percent=97), 100)
    assert bed.report(OFF, 50) == ()
    assert bed.measure(MARKED, 60) == ()
    assert bed.sensors.on_tick(at(200)) == ()


def test_a_status_without_a_word_on_attachment_changes_nothing() -> None:
    bed = Bed()
    assert bed.report(DeviceStatus("pleth", Vital.SPO2, battery_percent=5), 0) == ()
    assert bed.sensors.on_tick(at(60)) == ()
