"""A worker finds its app by name."""

import pytest

from streams.engine.apps import APPS, HostedApp, hosted
from streams.engine.settings import App
from wire.topics import IMAGES, PATIENTS, WAVEFORMS


@pytest.mark.parametrize(
    ("app", "topic"), [*zip(App, (PATIENTS, WAVEFORMS, IMAGES), strict=True)], ids=str
)
def test_every_app_is_found_and_reads_its_own_topic(app: App, topic: object) -> None:
    """Each name of the setting leads to the app that judges that topic."""
    found = hosted(app)
    assert isinstance(found, HostedApp)
    assert found.topic is topic
    assert set(APPS) == set(App)
