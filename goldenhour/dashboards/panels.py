"""What an operator sees, as data: three dashboards, read from left to right and top to bottom.

Every query is run against a real Prometheus over a running system by
``tests/operations/test_prometheus.py``: a panel that can never show anything fails there.
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Query:
    """One PromQL expression and what its lines are called."""

    expr: str
    legend: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One graph."""

    title: str
    unit: str
    """Grafana's name of the unit: ``s``, ``short``, ``bytes``, ``ops``, ``percentunit``."""
    queries: tuple[Query, ...]
    says: str
    """What a reader should conclude from it."""
    alarm_over: float | None = None
    """Value from which the background is red."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """One page of graphs."""

    uid: str
    title: str
    panels: tuple[Panel, ...]


def _quantile(quantile: float, hop: str) -> Query:
    return Query(
        f"histogram_quantile({quantile}, sum by (le) "
        f'(rate(goldenhour_hop_seconds_bucket{{hop="{hop}"}}[1m])))',
        f"p{quantile * 100:g}",
    )


def _hop(title: str, hop: str, says: str, alarm_over: float | None = None) -> Panel:
    return Panel(title, "s", (_quantile(0.5, hop), _quantile(0.99, hop)), says, alarm_over)


ALARM_WAY: Final = Dashboard(
    "goldenhour-alarm-way",
    "Golden Hour: the way of an alarm",
    (
        Panel(
            "Alarms now",
            "short",
            (
                Query(
                    'sum by (priority) (goldenhour_center_alarms{state="ACTIVE"})', "{{priority}}"
                ),
                Query('sum(goldenhour_center_alarms{state="LATCHED"})', "latched"),
            ),
            "Active alarms by priority, and those that are over and wait to be seen.",
        ),
        Panel(
            "Alarms in ten minutes",
            "short",
            (Query("sum(goldenhour_center_alarms_in_10_min)", "began in 10 min"),),
            "What is asked of everybody who answers; beyond ten for each person is a flood.",
        ),
        Panel(
            "Alarms that begin, by priority",
            "short",
            (
                Query(
                    "sum by (priority) (increase(goldenhour_center_alarms_begun_total[1h]))",
                    "{{priority}}",
                ),
            ),
            "Of an hour. A well-graded system has few high ones, and most are low.",
        ),
        Panel(
            "Alarms that wear people out",
            "short",
            (
                Query("sum(goldenhour_center_alarms_chattering)", "third within a minute"),
                Query("sum(goldenhour_center_alarms_stale)", "standing for an hour"),
            ),
            "Both should stay at zero: an alarm asks for an answer, and then it is over.",
        ),
        Panel(
            "Who listens",
            "short",
            (
                Query("sum(goldenhour_center_boards)", "boards"),
                Query("sum(goldenhour_center_subscribers)", "subscribers"),
            ),
            "At zero nobody would be told.",
        ),
        Panel(
            "Patients and units",
            "short",
            (
                Query("sum(goldenhour_center_patients)", "patients"),
                Query("sum(goldenhour_center_units)", "units"),
            ),
            "What the command center has on its roster.",
        ),
        _hop(
            "1. Gateway: received to batch",
            "gateway_receive_to_batch",
            "Checking and batching. It grows when a gateway is short of processor.",
        ),
        _hop(
            "2. Log: batch to durable",
            "gateway_batch_to_durable",
            "Kafka with acks=all. It grows with disks and replicas.",
            0.25,
        ),
        _hop(
            "3. Worker: received to judged",
            "received_to_judged",
            "From the gateway's stamp to the end of judgement.",
            0.1,
        ),
        _hop("4. Center: fold", "center_fold", "The life cycle, in memory."),
        _hop("5. Center: store", "center_store", "One transaction of the center's database."),
        _hop("6. Center: push", "center_push", "From publication to the subscriber's stream."),
        _hop(
            "Detected to published",
            "alarm_learned_to_published",
            "From a detector's knowledge to every subscriber's queue: what has to stay short.",
            0.1,
        ),
        Panel(
            "Alarm entries not folded",
            "short",
            (Query("max(goldenhour_center_lag_records)", "records"),),
            "How far the center is behind the alarms topic.",
            100,
        ),
        Panel(
            "Transitions per second",
            "ops",
            (
                Query(
                    "sum by (priority, channel) (rate(goldenhour_transitions_total[1m]))",
                    "{{channel}} {{priority}}",
                ),
            ),
            "What the detectors write. A burst in one channel only is a defect.",
        ),
    ),
)

INGRESS: Final = Dashboard(
    "goldenhour-ingress",
    "Golden Hour: ingress",
    (
        Panel(
            "Frames per second",
            "ops",
            (Query("sum by (lane) (rate(goldenhour_gateway_frames_total[1m]))", "{{lane}}"),),
            "Admitted frames by lane.",
        ),
        Panel(
            "Refused per second",
            "ops",
            (Query("sum by (reason) (rate(goldenhour_gateway_refused_total[1m]))", "{{reason}}"),),
            "Frames that went to the dead letters, by reason.",
        ),
        Panel(
            "Units and streams",
            "short",
            (
                Query("sum(goldenhour_gateway_units)", "units"),
                Query("sum(goldenhour_gateway_uplinks)", "uplinks"),
                Query("sum(goldenhour_gateway_downlinks)", "downlinks"),
            ),
            "A drop of all three at once is a cell or a gateway, not the units.",
        ),
        Panel(
            "Not acknowledged",
            "short",
            (Query("sum(goldenhour_gateway_unacknowledged)", "frames"),),
            "Frames that wait for Kafka. It should return to zero within a second.",
        ),
        Panel(
            "Frames per batch",
            "short",
            (
                Query(
                    "sum(rate(goldenhour_gateway_batch_frames_sum[1m])) "
                    "/ sum(rate(goldenhour_gateway_batch_frames_count[1m]))",
                    "mean",
                ),
            ),
            "Larger batches are cheaper for Kafka and the workers.",
        ),
        Panel(
            "Batches lost per second",
            "ops",
            (Query("sum(rate(goldenhour_gateway_batches_lost_total[1m]))", "batches"),),
            "Batches that Kafka did not confirm. Units send their frames again.",
            0.001,
        ),
        Panel(
            "Known frames per second",
            "ops",
            (Query("sum(rate(goldenhour_gateway_duplicates_total[1m]))", "frames"),),
            "Frames sent again after a cut. Expected, and never appended twice by one gateway.",
        ),
        Panel(
            "Image bytes per second",
            "Bps",
            (Query("sum(rate(goldenhour_gateway_image_bytes_total[1m]))", "bytes"),),
            "CT series on their way.",
        ),
        Panel(
            "Images stored and refused",
            "short",
            (
                Query("sum(goldenhour_gateway_images_stored_total)", "stored"),
                Query("sum by (reason) (goldenhour_gateway_images_refused_total)", "{{reason}}"),
            ),
            "A refused image is sent again, unless it is another object of the same name.",
        ),
    ),
)

JUDGEMENT: Final = Dashboard(
    "goldenhour-judgement",
    "Golden Hour: judgement",
    (
        Panel(
            "Records that wait",
            "short",
            (Query("max by (app, channel) (goldenhour_lag_records)", "{{app}} {{channel}}"),),
            "The longest queue of each app and channel. For patients it should be near zero.",
            200,
        ),
        Panel(
            "Partitions held",
            "short",
            (
                Query(
                    "count by (app, channel) "
                    "(count by (app, channel, partition) (goldenhour_next_offset))",
                    "{{app}} {{channel}}",
                ),
            ),
            "Each line has to be at the partition count of its topic.",
        ),
        Panel(
            "Progress, records per second",
            "ops",
            (
                Query(
                    "sum by (channel, partition) "
                    '(deriv(goldenhour_next_offset{app="patients"}[1m]))',
                    "{{channel}} {{partition}}",
                ),
            ),
            "A line at zero is a worker that stands still: ticks alone are one record per second.",
        ),
        Panel(
            "Frames judged per second",
            "ops",
            (
                Query(
                    "sum by (app, channel) (rate(goldenhour_frames_judged_total[1m]))",
                    "{{app}} {{channel}}",
                ),
            ),
            "Both channels of an app judge the same frames.",
        ),
        Panel(
            "Dead letters",
            "short",
            (
                Query(
                    "sum by (app, channel) (goldenhour_dead_letters_total)", "{{app}} {{channel}}"
                ),
            ),
            "Frames and records that a worker gave up.",
            1,
        ),
        Panel(
            "Snapshots per second",
            "ops",
            (
                Query(
                    "sum by (app, channel) (rate(goldenhour_snapshots_total[1m]))",
                    "{{app}} {{channel}}",
                ),
            ),
            "What a restarted worker begins from.",
        ),
        Panel(
            "Processor",
            "percentunit",
            (
                Query(
                    "sum by (program, app, channel) (rate(process_cpu_seconds_total[1m]))",
                    "{{program}} {{app}} {{channel}}",
                ),
            ),
            "Share of one core. Above 0.7 an alarm waits behind others.",
            0.9,
        ),
        Panel(
            "Memory",
            "bytes",
            (
                Query(
                    "sum by (program, app, channel) (process_resident_memory_bytes)",
                    "{{program}} {{app}} {{channel}}",
                ),
            ),
            "It should be flat after the first minutes.",
        ),
        Panel(
            "Programs that answer",
            "short",
            (Query("sum by (program, app, channel) (up)", "{{program}} {{app}} {{channel}}"),),
            "A line at zero is a program that is down.",
        ),
    ),
)

DASHBOARDS: Final = (ALARM_WAY, INGRESS, JUDGEMENT)
