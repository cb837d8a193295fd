"""Words are learnt from many callers, and never from one's own."""

import numpy as np

from models.text_score import LEAST_CALLERS, TextScore

RNG = np.random.default_rng(5)


def _texts(n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    bad = RNG.random(n) < 0.3
    texts = np.array(
        [("多次反映无人处理" if b and RNG.random() < 0.7 else "请尽快安排上门") + "，谢谢" for b in bad],
        dtype=object,
    )
    return texts, bad, np.array([f"人{i}" for i in range(n)], dtype=object)


def test_words_of_the_dissatisfied_raise_the_score() -> None:
    model, unseen = TextScore.cross_fit(*_texts(800))
    assert model is not None
    harsh, mild = model.score(["又是多次反映无人处理", "请尽快安排上门"])
    assert harsh > mild + 1
    assert not np.isnan(unseen).any()


def test_a_term_that_few_callers_use_is_no_term() -> None:
    texts, bad, callers = _texts(800)
    few = LEAST_CALLERS - 1
    texts[:few] = "住在长宁路的张三丰"
    model, _ = TextScore.cross_fit(texts, bad, callers)
    assert model is not None
    assert not any("张三" in term or "三丰" in term for term in model.weights)


def test_one_caller_who_repeats_himself_makes_no_term() -> None:
    texts, bad, callers = _texts(800)
    texts[:100], callers[:100] = "翠湖名邸李四光", "同一个人"
    model, _ = TextScore.cross_fit(texts, bad, callers)
    assert model is not None
    assert not any("四光" in term or "翠湖" in term for term in model.weights)


def test_a_callers_own_words_do_not_come_back_to_him() -> None:
    texts, bad, callers = _texts(800)
    texts[:100] = "只有这些人才说的独特词语"
    callers[:100] = np.repeat([f"住户{i}" for i in range(20)], 5)
    bad[:100] = np.repeat(np.arange(20) < 10, 5)
    _, unseen = TextScore.cross_fit(texts, bad, callers)
    own = [unseen[:100][bad[:100]].mean(), unseen[:100][~bad[:100]].mean()]
    assert own[0] < own[1] + 0.2  # a model that had seen them would rank its own examples up


def test_too_few_texts_are_not_listened_to() -> None:
    model, unseen = TextScore.cross_fit(*_texts(100))
    assert model is None
    assert np.isnan(unseen).all()


def test_a_missing_text_has_no_score_and_the_stored_score_is_the_same() -> None:
    model, _ = TextScore.cross_fit(*_texts(800))
    assert model is not None
    again = TextScore.from_json(model.to_json())
    scores = again.score([None, "", "多次反映"])
    assert np.isnan(scores[:2]).all()
    assert scores[2] == model.score(["多次反映"])[0]


def test_other_pseudonyms_of_the_same_callers_change_nothing() -> None:
    texts, bad, callers = _texts(800)
    renamed = np.array([f"p{9_999 - number}" for number in range(len(callers))], object)
    (model, unseen), (again, unseen_again) = (
        TextScore.cross_fit(texts, bad, who) for who in (callers, renamed)
    )
    assert model is not None and again is not None and model.weights == again.weights
    assert unseen.tolist() == unseen_again.tolist()
