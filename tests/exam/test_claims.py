"""The suite of prompts about one object, and the script that prints its table."""

from __future__ import annotations

import json
from pathlib import Path

import sorairo
from sorairo.exam.candidates.baselines import frozen
from sorairo.exam.candidates.standard import true_answer
from sorairo.exam.claims import main
from sorairo.exam.registry import SUITES
from sorairo.exam.suite import JudgedQuestion, SuiteResult
from sorairo.exam.suites.world import claims


def test_true_clips_pass_and_frozen_ones_do_not_move():
    suite, judged = SUITES["claims"], []
    for question in claims.questions(4, seed=1, languages=("zh",)):
        truth = question.truth()
        columns = {"frozen": frozen, "truth": true_answer}
        verdicts = {
            name: suite.judge(question, answer(question, truth), truth)
            for name, answer in columns.items()
        }
        judged.append(JudgedQuestion(question=question, verdicts=verdicts))
    result = SuiteResult(suite=suite, judged=judged)
    estimates = result.estimates()
    assert estimates["truth"]["all"].value == 1
    assert estimates["frozen"]["motion"].value == 0
    assert estimates["frozen"]["color"].value == 1
    assert judged[0].failed(suite.goals) == ["motion"]


def test_both_languages_ask_for_the_same_scenes():
    english, chinese = (claims.questions(3, languages=(name,)) for name in ("en", "zh"))
    assert [q.scene for q in english] == [q.scene for q in chinese]
    assert [q.key for q in SUITES["claims"].questions(1)] == ["claims-0000-en", "claims-0000-zh"]


def test_the_script_writes_what_the_card_reads(tmp_path: Path, capsys):
    written, sheet = tmp_path / "claims.json", tmp_path / "sheet.png"
    model = sorairo.load().info["name"]
    main(
        [
            "-n",
            "1",
            "--seconds",
            "1",
            "--language",
            "zh",
            "--json",
            str(written),
            "--sheet",
            str(sheet),
        ]
    )
    record = json.loads(written.read_text())
    assert list(record) == [f"{model} zh", "renders"]
    assert set(record["renders"]["rates"]["all"]) == {"value", "low", "high", "cases"}
    assert record["renders"]["cases"][0]["seed"] == 0
    assert sheet.exists()
    assert "motion" in capsys.readouterr().out
