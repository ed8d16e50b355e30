"""What is wrong with the rhythm, as the waveforms show it.

What each rhythm is stands in ``clinical.rhythm.arrhythmia``. There is no delay here: the condition
itself says how many beats or seconds it takes.
"""

from typing import Final

from clinical.alarms.priority import Category, Priority
from clinical.alarms.rule import (
    ALL_ABOUT_THE_PATIENT,
    CREW_AND_CLINICIAN,
    AlarmRule,
    Cause,
    Level,
)

_CITATION: Final = (
    "Clifford GD et al., The PhysioNet/Computing in Cardiology Challenge 2015, "
    "Comput Cardiol 2015;42:273-276 (definitions of the five alarms)"
)
_SHOCK_CITATION: Final = (
    "Kerber RE et al., Automatic external defibrillators for public access defibrillation, "
    "Circulation 1997;95:1677-1682 (shockable rhythms)"
)
_PACING_CITATION: Final = (
    "Sandau KE et al., Update to practice standards for electrocardiographic monitoring in "
    "hospital settings, Circulation 2017;136:e273-e344 (failure to capture, failure to pace)"
)
_AT_ONCE: Final = (Level(Priority.HIGH, 0),)

RHYTHMS: Final[tuple[AlarmRule, ...]] = (
    AlarmRule(
        cause=Cause.VENTRICULAR_FIBRILLATION,
        category=Category.PHYSIOLOGICAL,
        condition="the ECG shows ventricular fibrillation or flutter",
        levels=_AT_ONCE,
        latching=True,
        words_en="Ventricular fibrillation",
        words_zh="心室颤动",
        check_first_en="No pulse: defibrillate and start CPR. Responsive: look at the leads.",
        check_first_zh="无脉搏:立即除颤、心肺复苏;有反应:查导联。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=_SHOCK_CITATION,
    ),
    AlarmRule(
        cause=Cause.ASYSTOLE,
        category=Category.PHYSIOLOGICAL,
        condition="the ECG shows no beat for 4 s",
        levels=_AT_ONCE,
        latching=True,
        words_en="Asystole",
        words_zh="心脏停搏",
        check_first_en="Check pulse and responsiveness; start CPR. Then look at the leads.",
        check_first_zh="查脉搏与反应,立即心肺复苏;再查导联。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=_CITATION,
    ),
    AlarmRule(
        cause=Cause.VENTRICULAR_TACHYCARDIA,
        category=Category.PHYSIOLOGICAL,
        condition="the ECG shows five or more ventricular beats in a row over 100/min",
        levels=_AT_ONCE,
        latching=True,
        suppressed_by=(Cause.VENTRICULAR_FIBRILLATION,),
        words_en="Ventricular tachycardia",
        words_zh="室性心动过速",
        check_first_en="Check pulse and consciousness; attach the defibrillator.",
        check_first_zh="查脉搏与意识,连接除颤器。",
        for_whom=ALL_ABOUT_THE_PATIENT,
        citation=_CITATION,
    ),
    AlarmRule(
        cause=Cause.EXTREME_BRADYCARDIA,
        category=Category.PHYSIOLOGICAL,
        condition="the ECG shows five beats under 40/min",
        levels=_AT_ONCE,
        words_en="Extreme bradycardia",
        words_zh="严重心动过缓",
        check_first_en="Check pulse, consciousness and blood pressure; ready the pacer.",
        check_first_zh="检查脉搏、意识和血压,准备起搏。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_CITATION,
    ),
    AlarmRule(
        cause=Cause.EXTREME_TACHYCARDIA,
        category=Category.PHYSIOLOGICAL,
        condition="the ECG shows 17 beats over 140/min",
        levels=_AT_ONCE,
        words_en="Extreme tachycardia",
        words_zh="严重心动过速",
        check_first_en="Check pulse, consciousness and blood pressure; read the rhythm.",
        check_first_zh="检查脉搏、意识和血压,判读心律。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_CITATION,
    ),
    AlarmRule(
        cause=Cause.PACING_NOT_CAPTURED,
        category=Category.PHYSIOLOGICAL,
        condition="three of six spikes of a pacemaker have no beat within 0.4 s after them",
        levels=_AT_ONCE,
        words_en="Pacing without capture",
        words_zh="起搏失夺获",
        check_first_en="Check pulse and consciousness; raise the pacer's output, check its pads.",
        check_first_zh="查脉搏与意识;提高起搏输出,查电极与导线。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_PACING_CITATION,
    ),
    AlarmRule(
        cause=Cause.PACING_NOT_DELIVERED,
        category=Category.PHYSIOLOGICAL,
        condition="for over two of a pacemaker's intervals there is neither spike nor beat",
        levels=(Level(Priority.MEDIUM, 0),),
        words_en="Pacing not delivered",
        words_zh="起搏未输出",
        check_first_en="Check pulse and consciousness; the pacer's power, cables, sensing.",
        check_first_zh="查脉搏与意识;查起搏器电源、导线与感知。",
        for_whom=CREW_AND_CLINICIAN,
        citation=_PACING_CITATION,
    ),
)
