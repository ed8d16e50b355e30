"""Which evidence each kind of alarm is judged by, and how many of its names a node may choose from.

Chosen by what defines each alarm, then by what told true from false on the development records.
"""

from typing import Final

from clinical.signals.alarm_judge import ArrhythmiaAlarm

EVIDENCE_NAMES: Final[dict[ArrhythmiaAlarm, tuple[str, ...]]] = {
    ArrhythmiaAlarm.ASYSTOLE: (
        "heart_gap_s",
        "pulse_gap_s_least",
        "pulse_gap_s_most",
        "fused_gap_s",
        "ecg_gap_s_least",
        "ecg_energy_least_least",
        "ecg_energy_least_most",
        "pulse_strength_least_least",
        "pulse_strength_least_most",
        "pulse_form",
        "pulse_periodic_least",
        "ecg_strength_least_least",
    ),
    ArrhythmiaAlarm.BRADYCARDIA: (
        "heart_slow5_bpm",
        "heart_slow5_bpm_least",
        "heart_gap_s",
    ),
    ArrhythmiaAlarm.TACHYCARDIA: (
        "ecg_sameness_most",
        "run_likeness_best_lead",
        "ecg_noise_least",
        "pulse_form_least",
        "ecg_bands_agree_most",
        "leads_agree",
        "pulse_periodic_least",
        "ecg_periodic_most_most",
        "heart_fast17_bpm",
        "heart_fast17_bpm_most",
        "pulse_height_least",
    ),
    ArrhythmiaAlarm.VENTRICULAR_FIBRILLATION: (
        "pulse_unevenness",
        "pulse_form",
        "pulse_periodic",
        "pulse_gap_s_most",
        "ecg_one_frequency_most_least",
        "ecg_one_frequency_most_most",
        "ecg_leakage_least_least",
        "ecg_sameness_most",
        "ecg_low_power_most_least",
        "ecg_fast5_bpm_least",
        "pulse_strength_least_most",
    ),
    ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA: (
        "run",
        "run_alike_worst_lead",
        "run_alike_best_lead",
        "loose_run_alike_worst_lead",
        "loose_run_alike_best_lead",
        "run_likest",
        "run_least_wideness",
        "run_wideness",
        "run_size",
        "run_least_rate_bpm",
        "run_unevenness",
        "run_likeness_best_lead",
        "ecg_one_frequency_most_least",
        "ecg_one_frequency_most_most",
        "ecg_tachycardic_least",
        "ecg_tachycardic_most",
        "ecg_tachycardic_periodic_least",
        "ecg_tachycardic_leakage_least",
        "ecg_periodic_most_least",
        "ecg_low_power_most_least",
        "ecg_centre_hz_least_most",
        "usual_part",
        "unusual_run",
        "always_like",
        "pulse_periodic_least",
        "pulse_periodic",
        "pulse_height_least",
        "pulse_strength_least_most",
        "pulse_strength_least_least",
        "pulse_change_most_least",
        "pulse_form",
        "pulse_follows",
        "ecg_bands_agree_most",
        "ecg_sway_least",
        "ecg_noise_least",
        "leads_agree",
    ),
}

SPLIT_PART: Final[dict[ArrhythmiaAlarm, float]] = {
    ArrhythmiaAlarm.ASYSTOLE: 0.3,
    ArrhythmiaAlarm.BRADYCARDIA: 1.0,
    ArrhythmiaAlarm.TACHYCARDIA: 0.3,
    ArrhythmiaAlarm.VENTRICULAR_FIBRILLATION: 0.3,
    ArrhythmiaAlarm.VENTRICULAR_TACHYCARDIA: 0.3,
}
"""The part of the names that a node chooses from at random; all, where there are three."""
