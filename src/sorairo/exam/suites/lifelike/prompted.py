"""M6b, Sim-GenEval of the lifelike world: does a clip show what an English or a Chinese prompt says
of people, clothes, places and named things?

Six tasks: the place; the weather or the hour; a named thing; the colour of what somebody wears; the
colours of top and bottom, each on its garment ("clothes"); and what somebody does. A judge that is
fitted to clips of other seeds reads them from the pixels. Where a prompt says that somebody is
there, nothing is right without anybody. Beside it BlazePose, which was fitted to real people, says
whether there is somebody (with the extra `judge`). "overall" is the mean of the tasks, "gap of
languages" the difference between English and Chinese.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from sorairo.exam.held_out_scenes import FIRST_SEED
from sorairo.exam.lifelike_question import SIDE, LifelikeQuestion, LifelikeTruth
from sorairo.exam.perception import real_people
from sorairo.exam.perception.scene_seen import SceneSeen
from sorairo.exam.question import Answer
from sorairo.exam.statistics import Goal, Verdict, mean_of_means
from sorairo.exam.suite import Suite
from sorairo.exam.suites.lifelike.prompted_scenes import SECONDS, TASKS, action_of, scene_of
from sorairo.world.lifelike.language.captions import LANGUAGES, stated
from sorairo.world.lifelike.people.appearance.looks import Person
from sorairo.world.lifelike.scene import Scene
from sorairo.world.phrases import Fact

SEEDS = 43_000
TRIES = 200
REAL = "somebody (BlazePose)"
Reading = tuple[object, object]
"""What a prompt says, and what is seen of it."""


def questions(count: int) -> list[LifelikeQuestion]:
    """The tasks in turn, one scene each, and each scene in both languages."""
    asked, names = [], list(TASKS)
    for index in range(count):
        name = names[index % len(names)]
        scene = scene_of(name, _turn(name, index // len(names)), FIRST_SEED + SEEDS)
        asked += [
            LifelikeQuestion(
                key=f"M6b-{index:04d}-{language}",
                scene=scene,
                prompt=prompt_of(scene, asserted(name, scene), index, language),
                seed=index,
                about=f"{name}, {language}",
                seconds=SECONDS,
            )
            for language in LANGUAGES
        ]
    return asked


def _turn(task: str, turn: int) -> int:
    """Which value of a task a turn asks for: neighbours in a table are asked for apart."""
    count = len(TASKS[task].values)
    step = next(s for s in (7, 5, 3, 1) if np.gcd(s, count) == 1)
    return turn * step


def asserted(task: str, scene: Scene) -> frozenset[Fact]:
    """The facts of a scene that a prompt of a task has to state."""
    if task == "place":
        return frozenset({("place", scene.place)})
    if task == "weather and hour":
        return frozenset({("hour", scene.hour) if scene.hour else ("weather", scene.weather)})
    if task == "thing":
        return frozenset({("thing", scene.things[0].kind)})
    if task == "action":
        heading = [("heading", scene.heading)] if scene.heading != "none" else []
        return frozenset({("event", scene.event), *heading})
    return frozenset(_worn(scene.people[0]))


def _worn(person: Person) -> set[Fact]:
    worn = {("worn0", f"{person.top_color} {person.top}")}
    if person.top != "dress":
        worn.add(("worn0", f"{person.bottom_color} {person.bottom}"))
    return worn


def prompt_of(scene: Scene, facts: frozenset[Fact], seed: int, language: str) -> str:
    """A full caption that states facts."""
    for attempt in range(TRIES):
        rng = np.random.default_rng((seed, 6, attempt))
        text, said = stated(scene, rng, language=language, detail="full")
        if facts <= said:
            return text
    raise AssertionError(f"no caption states {sorted(facts)}")


def _clothes(scene: Scene, seen: SceneSeen) -> Reading:
    person = scene.people[0]
    worn = person.top_color, person.bottom_color
    return worn, tuple(seen.color(garment) for garment in ("top", "bottom"))


READINGS: Mapping[str, Callable[[Scene, SceneSeen], Reading]] = {
    "place": lambda scene, seen: (scene.place, seen.place),
    "weather and hour": lambda scene, seen: (scene.hour or scene.weather, seen.air),
    "thing": lambda scene, seen: (scene.things[0].kind, seen.thing),
    "colour": lambda scene, seen: (scene.people[0].top_color, seen.color("top")),
    "clothes": _clothes,
    "action": lambda scene, seen: (action_of(scene), seen.action),
}
"""Task -> what a scene's prompt says, and what is seen of it."""


def right_and_read(task: str, scene: Scene, seen: SceneSeen) -> tuple[bool, str]:
    """Whether a clip shows what the prompt of a task says, and somebody if it says that, and what
    was read, as text."""
    said, found = READINGS[task](scene, seen)
    if scene.people and not seen.count:
        return False, f"{said} as {found}, without anybody"
    return said == found, f"{said} as {found}"


def task_of(question: LifelikeQuestion) -> str:
    """The task of a question, a key of TASKS."""
    return question.about.partition(", ")[0]


def judge(question: LifelikeQuestion, answer: Answer, truth: LifelikeTruth) -> Verdict:
    (clip,) = answer
    name, language = task_of(question), question.key[-2:]
    del truth
    seen = SceneSeen(clip.resize(SIDE, SIDE).frames)
    right, _ = right_and_read(name, question.scene, seen)
    verdict = {name: float(right), f"{name}, {language}": float(right)}
    if question.scene.people and real_people.installed():
        verdict[REAL] = float(seen.real_person)
    return verdict


def _overall(verdicts: Sequence[Verdict]) -> float:
    return mean_of_means(verdicts, list(TASKS))


def _in(language: str) -> Callable[[Sequence[Verdict]], float]:
    return lambda verdicts: mean_of_means(verdicts, [f"{name}, {language}" for name in TASKS])


def _gap(verdicts: Sequence[Verdict]) -> float:
    english, chinese = (_in(language)(verdicts) for language in LANGUAGES)
    return abs(english - chinese)


SUITE = Suite(
    name="M6b",
    title="Sim-GenEval, lifelike",
    count=256,
    quick=16,
    questions=questions,
    judge=judge,
    joint={
        "overall": _overall,
        "English": _in("en"),
        "Chinese": _in("zh"),
        "gap of languages": _gap,
    },
    goals=(
        Goal(measure="overall", least=0.7),
        Goal(measure="English", least=0.7),
        Goal(measure="Chinese", least=0.7),
        Goal(measure="gap of languages", most=0.05),
        *(Goal(measure=name, share=True) for name in (*TASKS, REAL)),
    ),
)
