"""The top: which unit and patient, the time, the link in words; and what must not be missed."""

from vehicle.cabin.contract import Patient
from vehicle.screen.drawing.scene import Scene, ago, at, button, called, text


def heading(scene: Scene) -> str:
    """Return the unit, its patients to choose from, the time and the switches."""
    tabs = "".join(_tab(scene, patient) for patient in scene.view.patients)
    other = "day" if scene.light == "night" else "night"
    return (
        f"<div><h1>{text(scene.view.unit_id)}</h1><small>{scene.word('not_a_device')}</small></div>"
        f'<nav aria-label="{scene.word("bay")}">{tabs}</nav>'
        f'<p class="clock" data-clock></p>{_sound(scene)}'
        f"{button('light', scene.word(other), 'plain')}"
        f"{button('language', scene.word('other_language'), 'plain')}"
    )


def _sound(scene: Scene) -> str:
    """Return the switch of the sound; the browser knows its state, and shows the word for it."""
    words = "".join(
        f'<span class="when-{state}">{scene.word(f"sound_{state}")}</span>'
        for state in ("on", "off", "locked", "broken")
    )
    return f'<button type="button" class="plain sound" data-sound-switch>{words}</button>'


def link(scene: Scene) -> str:
    """Return how link and spool are, in plain words."""
    state = scene.view.link
    if not state.connected:
        words = (
            f"<b>{scene.word('no_link')}</b> {scene.word('since')} {at(state.changed_us)} · "
            f"{state.waiting} {scene.word('kept')}"
            if state.waiting
            else f"<b>{scene.word('no_link')}</b> {scene.word('since')} {at(state.changed_us)}"
        )
    elif state.waiting_us is not None and state.waiting_us > _SETTLED_US:
        words = f"<b>{scene.word('linked')}</b> · {state.waiting} {scene.word('on_way')}"
    else:
        words = f"<b>{scene.word('linked')}</b> · {scene.word('all_there')}"
    refused = f" · {state.refused} {scene.word('refused')}" if state.refused else ""
    thinned = "".join(f" · <b>{scene.word(f'thinned_{lane}')}</b>" for lane in state.thinned)
    return f'<p class="link {"up" if state.connected else "down"}">{words}{refused}{thinned}</p>'


_SETTLED_US = 2_000_000
"""A record that waits for less is simply on its way."""


def banner(scene: Scene) -> str:
    """Return what stands above everything when the numbers are not current."""
    if scene.current:
        return ""
    return (
        f'<p class="banner" role="alert">{scene.word("lost_vehicle")} {ago(scene.view.now_us)}</p>'
    )


def _tab(scene: Scene, patient: Patient) -> str:
    chosen = scene.patient is not None and scene.patient.encounter_id == patient.encounter_id
    worst = max((alarm.priority for alarm in patient.alarms if alarm.unacknowledged), default=0)
    classes = f"tab grade-{worst} {'chosen' if chosen else ''}"
    return button("choose", called(scene, patient), classes, encounter=patient.encounter_id)
