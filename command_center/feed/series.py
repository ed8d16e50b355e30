"""What subscribers are told of CT series: what the app `imaging` says, of patients on the roster.

It is no alarm and has no position in the log: a subscription begins with every series that stands
and is then told of each change. Of a series only the newest word waits for a subscriber, behind the
alarms, so a slow one is told less and nothing overflows.
"""

from command_center.imaging.studies import SeriesSeen, Studies
from command_center.publishing import Publisher
from command_center.roster import Roster
from wire.series import word_of


class SeriesFeed:
    """Hands what is heard of series to the publisher, while their patients are on the roster."""

    def __init__(self, studies: Studies, roster: Roster, publisher: Publisher) -> None:
        self._studies = studies
        self._roster = roster
        self._publisher = publisher
        self._here = {row.encounter_id for row in roster.rows}
        studies.watch(self._on_series)
        roster.watch(self._on_row)

    def _on_series(self, series: SeriesSeen) -> None:
        if series.state is not None and series.encounter_id in self._here:
            self._publisher.publish_series(word_of(series.state))

    def _on_row(self, encounter_id: str) -> None:
        """Tell what is known of a patient who came; forget what was told of one who left."""
        if self._roster.row(encounter_id) is None:
            self._here.discard(encounter_id)
            self._publisher.forget_series(encounter_id)
        elif encounter_id not in self._here:
            self._here.add(encounter_id)
            for series in self._studies.of(encounter_id):
                self._on_series(series)
